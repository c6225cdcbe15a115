using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Cluster.Wakeups;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

public sealed class TimerQueueTests
{
    private readonly SimulationScheduler _simulation = new(new VirtualTime());
    private readonly List<(string Name, double At)> _fired = [];
    private readonly DateTimeOffset _start;
    private readonly TimerQueue _timers;

    public TimerQueueTests()
    {
        _start = _simulation.Time.GetUtcNow();
        _timers = _simulation.Inside(() => new TimerQueue(_simulation.Time, new Dispatcher()));
    }

    [Fact]
    public void Items_fire_in_the_order_of_their_times_and_of_their_arming_where_those_are_equal()
    {
        Set("c", 3);
        Set("a", 1);
        Set("b2", 2);
        Set("b3", 2);

        _simulation.RunFor(TimeSpan.FromSeconds(10));

        _fired.ShouldBe([("a", 1), ("b2", 2), ("b3", 2), ("c", 3)]);
    }

    [Fact]
    public void An_item_that_was_moved_fires_once_at_its_new_time_and_one_that_was_taken_out_never()
    {
        var moved = Set("moved", 1);
        var gone = Set("gone", 2);
        Set("stays", 3);
        _timers.Set(moved, TimeSpan.FromSeconds(5));
        _timers.Remove(gone);
        _timers.Remove(gone);

        _simulation.RunFor(TimeSpan.FromSeconds(10));

        _fired.ShouldBe([("stays", 3), ("moved", 5)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_armed_moved_and_removed_fires_like_a_sorted_list(int seed)
    {
        var random = new Random(seed);
        var items = Enumerable.Range(0, 300).Select(i => Set($"{i}", random.Next(1, 1000))).ToArray();
        var due = items.ToDictionary(item => item.Name, item => item.Seconds);
        for (var i = 0; i < 2000; i++)
        {
            var item = items[random.Next(items.Length)];
            if (random.Next(3) == 0)
            {
                _timers.Remove(item);
                due.Remove(item.Name);
            }
            else
            {
                due[item.Name] = random.Next(1, 1000);
                _timers.Set(item, TimeSpan.FromSeconds(due[item.Name]));
            }
        }

        _simulation.RunFor(TimeSpan.FromSeconds(1000));

        _fired.Select(fired => fired.At).ShouldBeInOrder();
        _fired.OrderBy(fired => fired.Name).ShouldBe(due.Select(pair => (pair.Key, (double)pair.Value)).OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Nothing_fires_after_the_end()
    {
        Set("a", 1);
        _timers.Dispose();
        Set("b", 1);

        _simulation.RunFor(TimeSpan.FromSeconds(2));

        _fired.ShouldBeEmpty();
    }

    private Item Set(string name, int seconds)
    {
        var item = new Item(name, seconds, this);
        _timers.Set(item, TimeSpan.FromSeconds(seconds));
        return item;
    }

    private sealed class Item(string name, int seconds, TimerQueueTests test) : ITimed
    {
        public string Name => name;
        public int Seconds => seconds;
        public int TimerSlot { get; set; }

        public void Fire() => test._fired.Add((name, (test._simulation.Time.GetUtcNow() - test._start).TotalSeconds));
    }
}
