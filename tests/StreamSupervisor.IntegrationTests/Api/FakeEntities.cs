using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>
/// Stands in for the actors of the streams: states are what a test puts there, orders are recorded. Lists and timelines come from a real
/// database file, to which states and events are written as the actors would.
/// </summary>
internal sealed class FakeEntities : LiveStreamRegion, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LiveStreamState> _states = new();
    private readonly Dictionary<string, long> _rows = [];
    private readonly DirectoryInfo _folder;
    private readonly JournalStore _store;
    private long _changes;
    private int _looks;

    private FakeEntities(DirectoryInfo folder, JournalStore store)
        : base(ActorRefs.Nobody, TimeProvider.System, new LiveStreamSettings())
    {
        (_folder, _store) = (folder, store);
        (Timeline, Feed, Index) = (new Timeline(store), new EventFeed(store, TimeProvider.System), new StreamIndex(store));
    }

    public Timeline Timeline { get; }
    public EventFeed Feed { get; }
    public StreamIndex Index { get; }
    public List<(string EntityId, OperatorCommand Order)> Orders { get; } = [];
    public List<OriginView> Origins { get; } = [];
    public AskStatus Status { get; set; } = AskStatus.Answered;

    /// <summary>How often a state was asked for.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>What the key answers an order.</summary>
    public Func<OperatorCommand, LiveStreamReply> Answer { get; set; } = order => new Done(true, $"{order.GetType().Name} done.");

    public static async Task<FakeEntities> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("streamsupervisor-test-");
        var location = new StoreLocation.Sqlite(Path.Combine(folder.FullName, "test.db"));
        return new FakeEntities(folder, await JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance));
    }

    public Task PutAsync(LiveStreamState state)
    {
        var key = state.Key.ToString();
        _states[key] = state;
        var row = StreamIndexRow.Of(key, ++_changes, state, ApiServer.Now);
        return StreamIndexTable.WriteAsync(_store, [row], CancellationToken.None);
    }

    /// <summary>Appends to the journal of a key, each event as a row of its own.</summary>
    public async Task HappenedAsync(StreamKey key, params LiveStreamEvent[] events)
    {
        foreach (var happened in events)
        {
            var (kind, payload) = EventCodec.Encode(happened);
            await AppendAsync(key, kind, payload, happened.At);
        }
    }

    /// <summary>Appends the same event to the journal of a key that has none yet, many times, in one transaction.</summary>
    public Task HappenedOftenAsync(StreamKey key, LiveStreamEvent happened, int times)
    {
        var (kind, payload) = EventCodec.Encode(happened);
        _rows[key.ToString()] = times;
        return ExecuteAsync(
            """
            WITH RECURSIVE counted(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < @times)
            INSERT INTO event_journal(created, deleted, persistence_id, sequence_number, identifier, manifest, message)
            SELECT @at, 0, @id, number, 1028, @kind, @payload FROM counted
            """,
            ("@times", times), ("@at", happened.At.UtcTicks), ("@id", IdOf(key)), ("@kind", kind), ("@payload", payload));
    }

    /// <summary>Appends an event that only a later version can read.</summary>
    public Task HappenedInTheFutureAsync(StreamKey key) => AppendAsync(key, "from-the-future", "{}"u8.ToArray(), ApiServer.Now);

    /// <summary>Clears the rows up to this one, as the retention does.</summary>
    public Task ClearAsync(StreamKey key, long upTo) => ExecuteAsync(
        "DELETE FROM event_journal WHERE persistence_id = @id AND sequence_number <= @row", ("@id", IdOf(key)), ("@row", upTo));

    /// <summary>Makes the database unreadable, as a disk that is gone.</summary>
    public Task TakeStoreAwayAsync() => ExecuteAsync("DROP TABLE stream_index; DROP TABLE event_journal");

    public override Task<AskResult> AskAsync(string key, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
    {
        deadline.ShouldBeGreaterThan(ApiServer.Now);
        if (Status != AskStatus.Answered)
        {
            return Task.FromResult(AskResult.Not(Status, "as the test wants"));
        }

        if (command is OperatorCommand order)
        {
            Orders.Add((key, order));
            return Task.FromResult(AskResult.Answered(Answer(order)));
        }

        Interlocked.Increment(ref _looks);
        var state = _states.TryGetValue(key, out var known) ? known : new LiveStreamState { Key = StreamKey.Parse(key) };
        return Task.FromResult(AskResult.Answered(new StateReply(state)));
    }

    public override void Tell(string key, LiveStreamCommand command)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string IdOf(StreamKey key) => string.Create(CultureInfo.InvariantCulture, $"live-stream/{key}");

    private Task AppendAsync(StreamKey key, string kind, byte[] payload, DateTimeOffset at)
    {
        var row = _rows[key.ToString()] = _rows.GetValueOrDefault(key.ToString()) + 1;
        return ExecuteAsync(
            """
            INSERT INTO event_journal(created, deleted, persistence_id, sequence_number, identifier, manifest, message)
            VALUES(@at, 0, @id, @row, 1028, @kind, @payload)
            """,
            ("@at", at.UtcTicks), ("@id", IdOf(key)), ("@row", row), ("@kind", kind), ("@payload", payload));
    }

    private Task ExecuteAsync(string sql, params (string Name, object? Value)[] values) => _store.WriteAsync(
        "a test",
        async (transaction, stop) =>
        {
            await using var command = transaction.Command(sql, values);
            return await command.ExecuteNonQueryAsync(stop);
        },
        CancellationToken.None);
}
