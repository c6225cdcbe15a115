using StreamSupervisor.IntegrationTests.Storage;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>One of the members has a clock that can be set.</summary>
public sealed class ClockStage : FailoverStage
{
    protected override string? ClockOf => "b";
}

/// <summary>Not beside other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClockCollection : ICollectionFixture<ClockStage>
{
    public const string Name = "clocks";
}

/// <summary>The clock of one member is set wrong and right again in the middle of a storm of publishers.</summary>
[Collection(ClockCollection.Name)]
[Trait("Run", "long")]
public sealed class ClockTests(ClockStage stage, ITestOutputHelper log) : FailoverScenes(stage, log)
{
    private static readonly TimeSpan Wrong = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FarAway = TimeSpan.FromHours(2);

    [PostgresFact]
    public Task A_member_whose_clock_is_set_wrong_decides_as_before() => StandsAsync("clock", async storm =>
    {
        var clock = Stage.Members.Single(member => member.Clock is not null).Clock!;
        await using var fault = await BeginAsync(victim: null);
        clock.Set(Heads() ? Wrong : -Wrong);
        await Task.Delay(Between(3, 9));

        // Followed at once, which shows that it can be set; the wrong one before it no rule has seen.
        clock.Set(Heads() ? FarAway : -FarAway);
        await Task.Delay(Between(1, 2));
        clock.Set(TimeSpan.Zero);
        var off = (await Stage.Witness.JournalAsync(storm.EntityPrefix)).Select(row => (row.Event.At - row.StoredAt).Duration()).ToList();
        off.ShouldContain(by => by > FarAway - Wrong, "its clock is off");
        off.ShouldNotContain(by => by > Wrong / 2 && by < FarAway - Wrong, "a rule read a clock that was set by ten minutes");
    }, nobodyDies: true);
}
