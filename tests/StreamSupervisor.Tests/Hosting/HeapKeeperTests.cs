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
        using var keeper = Keeper();
        _heap = (600 * Megabyte, 300 * Megabyte);
        await keeper.StartAsync(CancellationToken.None);
        for (var tries = 0; _compacted == 0 && tries < 1000; tries++)
        {
            _time.Advance(HeapKeeper.Interval);
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        _compacted.ShouldBeGreaterThan(0);
        await keeper.StopAsync(CancellationToken.None);
    }

    private HeapKeeper Keeper() => new(() => _heap, () => _compacted++, _time, NullLogger<HeapKeeper>.Instance);
}
