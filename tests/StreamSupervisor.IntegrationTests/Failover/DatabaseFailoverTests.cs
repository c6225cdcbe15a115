using StreamSupervisor.IntegrationTests.Storage;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>A primary with a synchronous standby, both named in the members' connection string.</summary>
public sealed class DatabasePairStage : FailoverStage
{
    protected override bool HasStandby => true;
}

/// <summary>Not beside other tests, and not on their database: this one is lost.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DatabasePairCollection : ICollectionFixture<DatabasePairStage>
{
    public const string Name = "database pair";
}

/// <summary>The database server crashes for good and its standby is promoted in the middle of a storm of publishers.</summary>
[Collection(DatabasePairCollection.Name)]
public sealed class DatabaseFailoverTests(DatabasePairStage stage, ITestOutputHelper log) : FailoverScenes(stage, log)
{
    [PostgresFact]
    public Task A_standby_that_is_promoted_is_gone_on_with() => StandsAsync("failed-over", storm => NobodyIsRefusedAsync(storm, async () =>
    {
        await using var fault = await BeginAsync(victim: null);
        await Stage.FailOverAsync();
    }), nobodyDies: true);
}
