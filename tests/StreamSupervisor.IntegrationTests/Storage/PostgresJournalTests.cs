namespace StreamSupervisor.IntegrationTests.Storage;

[RequiresPostgres]
[Collection(PostgresFixture.Name)]
public sealed class PostgresJournalTests(PostgresFixture postgres) : JournalConformance
{
    private readonly List<PostgresMember> _members = [];
    private string _database = "";

    protected override async Task CreateAsync() => _database = await postgres.EmptyDatabaseAsync();

    protected override async Task DropAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }

    protected override async Task<JournalUnderTest> OpenAsync()
    {
        var member = await PostgresMember.JoinAsync(_database);
        _members.Add(member);
        var shards = (await member.UsurpAsync()).ToDictionary(shard => shard.Shard);
        shards.Count.ShouldBe(256);
        return new JournalUnderTest(member.Store, member.Store, member.Store, shard => shards[shard]);
    }

    /// <summary>The clock of the database goes on by itself: the next statement is later than the one before.</summary>
    protected override Task AgeAsync() => Task.CompletedTask;
}
