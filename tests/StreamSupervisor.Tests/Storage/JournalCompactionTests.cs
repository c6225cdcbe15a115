using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Storage;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Storage;

public sealed class JournalCompactionTests : IDisposable
{
    private static readonly JournalCompactionSettings Settings = new()
    {
        Retention = TimeSpan.FromDays(7), RoundEvery = TimeSpan.FromHours(1), Pause = TimeSpan.FromMilliseconds(100), Step = 10,
    };

    private readonly SimulationScheduler _simulation = new(new VirtualTime());
    private readonly CancellationTokenSource _stop = new();
    private readonly Shards _shards = new();
    private readonly OldEvents _journal;
    private readonly Task _running;

    public JournalCompactionTests()
    {
        _journal = new OldEvents(_simulation.Time);
        _running = _simulation.Inside(() => new JournalCompaction(_journal, _shards, Settings, _simulation.Time, NullLogger.Instance).RunAsync(_stop.Token));
    }

    public void Dispose() => _stop.Dispose();

    [Fact]
    public void Old_events_go_in_small_steps_with_a_pause_between_them()
    {
        _shards.Serve(3, epoch: 7);
        _journal.Put(3, 25);

        _simulation.RunFor(TimeSpan.FromMinutes(59));
        _journal.Steps.ShouldBeEmpty("a start has other things to do");
        _simulation.RunFor(TimeSpan.FromMinutes(2));

        _journal.Steps.Select(step => (step.Owner, step.OlderThan, step.Limit)).ShouldBe(Enumerable.Repeat((new ShardEpoch(3, 7), Settings.Retention, 10), 3));
        _journal.Steps.Zip(_journal.Steps.Skip(1), (one, next) => next.At - one.At).ShouldAllBe(pause => pause == Settings.Pause);
        _journal.Left(3).ShouldBe(0);
    }

    [Fact]
    public void Only_what_is_served_here_is_cleared_and_under_the_epoch_of_now()
    {
        _shards.Serve(1, epoch: 4);
        foreach (var state in Enum.GetValues<ShardState>().Where(state => state != ShardState.Serving))
        {
            _shards.Set(10 + (int)state, state, epoch: 9);
            _journal.Put(10 + (int)state, 5);
        }

        _simulation.RunFor(TimeSpan.FromMinutes(61));
        _shards.Serve(1, epoch: 6);
        _simulation.RunFor(TimeSpan.FromMinutes(61));

        _journal.Steps.Select(step => step.Owner).ShouldBe([new ShardEpoch(1, 4), new ShardEpoch(1, 6)]);
    }

    [Fact]
    public void A_shard_that_goes_to_another_member_in_the_middle_is_left_alone()
    {
        _shards.Serve(3, epoch: 7);
        _journal.Put(3, 1000);
        _journal.Cleared = () => _shards.Set(3, ShardState.NotOwned, epoch: 7);

        _simulation.RunFor(TimeSpan.FromHours(2));

        _journal.Steps.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_silent_store_ends_the_round_and_the_next_goes_on_at_the_same_shard()
    {
        _shards.Serve(3, epoch: 7);
        _shards.Serve(200, epoch: 7);
        _journal.Fault = new StoreUnavailableException("away");
        _simulation.RunFor(TimeSpan.FromMinutes(61));
        _journal.Steps.ShouldHaveSingleItem().Owner.Shard.ShouldBe(3);

        _journal.Fault = null;
        _simulation.RunFor(TimeSpan.FromMinutes(61));
        _journal.Steps.Select(step => step.Owner.Shard).ShouldBe([3, 3, 200]);
    }

    [Fact]
    public void A_fault_of_one_shard_does_not_stop_the_others_for_ever()
    {
        _shards.Serve(3, epoch: 7);
        _shards.Serve(200, epoch: 7);
        _journal.Fault = new InvalidOperationException("a bug");
        _simulation.RunFor(TimeSpan.FromMinutes(61));
        _journal.Fault = null;
        _simulation.RunFor(TimeSpan.FromMinutes(61));
        _journal.Steps.Select(step => step.Owner.Shard).ShouldBe([3, 200, 3]);
    }

    [Fact]
    public void It_ends_without_a_fault_when_the_member_stops()
    {
        _simulation.Inside(() =>
        {
            _stop.Cancel();
            return true;
        });
        _simulation.RunReady();
        _running.IsCompletedSuccessfully.ShouldBeTrue();
    }

    private sealed class OldEvents(TimeProvider time) : IJournalRetention
    {
        private readonly Dictionary<int, int> _left = [];

        public List<(DateTimeOffset At, ShardEpoch Owner, TimeSpan OlderThan, int Limit)> Steps { get; } = [];
        public Exception? Fault { get; set; }
        public Action? Cleared { get; set; }

        public void Put(int shard, int events) => _left[shard] = events;

        public int Left(int shard) => _left.GetValueOrDefault(shard);

        public Task<int> CompactAsync(ShardEpoch owner, TimeSpan olderThan, int limit, CancellationToken cancellation)
        {
            Steps.Add((time.GetUtcNow(), owner, olderThan, limit));
            if (Fault is not null)
            {
                return Task.FromException<int>(Fault);
            }

            var gone = Math.Min(limit, Left(owner.Shard));
            _left[owner.Shard] = Left(owner.Shard) - gone;
            Cleared?.Invoke();
            return Task.FromResult(gone);
        }
    }

    private sealed class Shards : IShardHost
    {
        private readonly Dictionary<int, (ShardState State, long Epoch)> _shards = [];

        public void Serve(int shard, long epoch) => Set(shard, ShardState.Serving, epoch);

        public void Set(int shard, ShardState state, long epoch) => _shards[shard] = (state, epoch);

        public ShardState StateOf(int shard) => _shards.GetValueOrDefault(shard).State;

        public ShardReport ReportOf(int shard, int most) => new(StateOf(shard), _shards.GetValueOrDefault(shard).Epoch, 0, [], 0, 0);

        public Task OwnAsync(ShardEpoch owned, CancellationToken cancellation) => throw new NotSupportedException();

        public Task DisownAsync(int shard, bool graceful, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
