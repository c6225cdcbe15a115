using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Storage.Sqlite;

namespace StreamSupervisor.IntegrationTests.Storage;

public sealed class SqliteJournalTests : JournalConformance
{
    private readonly ShiftedTime _time = new();
    private readonly TemporaryFolder _folder = new();

    protected override Task CreateAsync() => Task.CompletedTask;

    protected override Task DropAsync()
    {
        _folder.Delete();
        return Task.CompletedTask;
    }

    protected override async Task<JournalUnderTest> OpenAsync()
    {
        // As on a file system that does not keep locks: without the file, nobody stops the second writer but the epoch.
        File.Delete(_folder["a.db.lock"]);
        var store = await SqliteStore.OpenAsync(_folder["a.db"], _time, NullLogger<SqliteStore>.Instance);
        return new JournalUnderTest(store, store, store, shard => new ShardEpoch(shard, store.Epoch));
    }

    protected override Task AgeAsync()
    {
        _time.Shift += TimeSpan.FromSeconds(1);
        return Task.CompletedTask;
    }
}

/// <summary>The real clock, moved by hand.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder
{
    public string Path { get; } = Directory.CreateTempSubdirectory("streamsupervisor-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Delete() => Directory.Delete(Path, recursive: true);
}
