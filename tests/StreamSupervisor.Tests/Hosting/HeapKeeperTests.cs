using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Hosting;

public class HeapKeeperTests
{
    private const long Megabyte = 1 << 20;

    private readonly VirtualTime _time = new();
    private (long Heap, long Holes) _heap;
    private int _compacted;

    [Theory]
    [InlineData(600, 300, 1)]
    [InlineData(300, 100, 1)]
    [InlineData(301, 100, 0)]
    [InlineData(150, 95, 0)]
    public void A_heap_is_moved_together_where_a_third_of_it_and_96_MB_are_holes(long heap, long holes, int times)
    {
        using var keeper = Keeper();
        _heap = (heap * Megabyte, holes * Megabyte);
        keeper.Look();
        _compacted.ShouldBe(times);
    }

    [Fact]
    public void Holes_that_come_back_at_once_are_left_for_five_minutes()
    {
        using var keeper = Keeper();
        _heap = (600 * Megabyte, 300 * Megabyte);
        keeper.Look();
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        keeper.Look();
        _compacted.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        keeper.Look();
        _compacted.ShouldBe(2);
    }

    [Fact]
    public async Task It_looks_by_itself_until_it_is_stopped()
    {
        var compacted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = new AnnouncedTimers(_time);
        using var keeper = new HeapKeeper(() => (600 * Megabyte, 300 * Megabyte), () => compacted.TrySetResult(), time,
            NullLogger<HeapKeeper>.Instance);
        await keeper.StartAsync(CancellationToken.None);

        await time.Armed;
        compacted.Task.IsCompleted.ShouldBeFalse();
        _time.Advance(HeapKeeper.Interval);
        await compacted.Task;

        await keeper.StopAsync(CancellationToken.None);
    }

    private HeapKeeper Keeper() => new(() => _heap, () => _compacted++, _time, NullLogger<HeapKeeper>.Instance);

    /// <summary>Says when somebody has begun to wait.</summary>
    private sealed class AnnouncedTimers(TimeProvider inner) : TimeProvider
    {
        private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Armed => _armed.Task;

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = inner.CreateTimer(callback, state, dueTime, period);
            _armed.TrySetResult();
            return timer;
        }
    }
}
