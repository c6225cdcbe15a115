using System.Diagnostics.Metrics;
using StreamSupervisor.Actors;
using StreamSupervisor.TestKit.Metrics;

namespace StreamSupervisor.Tests.Actors;

/// <summary>What a member holds of the shards, as its metrics show it.</summary>
public sealed class ShardGaugesTests
{
    [Fact]
    public void They_begin_at_nothing_and_show_what_the_reading_before_has_found()
    {
        using var meter = new Meter(nameof(ShardGaugesTests));
        var found = new TaskCompletionSource<(int, int)?>();
        var looks = 0;
        new ShardGauges(() =>
        {
            looks++;
            return found.Task;
        }).Register(meter);
        using var shards = new InstrumentReader("streamsupervisor.shards.owned", meter);
        using var entities = new InstrumentReader("streamsupervisor.shards.entities", meter);

        shards.Read().ShouldBe(0);
        entities.Read().ShouldBe(0);
        looks.ShouldBe(1, "one look at a time");

        found.SetResult((3, 17));
        SpinWait.SpinUntil(() => shards.Read() is 3, TimeSpan.FromSeconds(20)).ShouldBeTrue();
        entities.Read().ShouldBe(17);
    }

    [Fact]
    public void A_region_that_does_not_say_so_leaves_them_as_they_were()
    {
        using var meter = new Meter(nameof(ShardGaugesTests));
        (int, int)? answer = (2, 5);
        new ShardGauges(() => Task.FromResult(answer)).Register(meter);
        using var shards = new InstrumentReader("streamsupervisor.shards.owned", meter);
        _ = shards.Read();
        answer = null;
        _ = shards.Read();
        shards.Read().ShouldBe(2);
    }
}
