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
public sealed class ClockTests(ClockStage stage, ITestOutputHelper log) : FailoverScenes(stage, log)
{
    [PostgresFact]
    public Task A_member_whose_clock_is_set_wrong_decides_as_before() => StandsAsync("clock", async storm =>
    {
        var clock = Stage.Members.Single(member => member.Clock is not null).Clock!;
        await using var fault = await BeginAsync(victim: null);
        clock.Set(TimeSpan.FromMinutes(Heads() ? 10 : -10));
        await Task.Delay(Between(3, 9));
        clock.Set(TimeSpan.Zero);
        (await Stage.Witness.JournalAsync(storm.EntityPrefix)).ShouldContain(row => (row.Event.At - row.StoredAt).Duration() > TimeSpan.FromMinutes(5), "its clock is off");
    }, nobodyDies: true);
}
