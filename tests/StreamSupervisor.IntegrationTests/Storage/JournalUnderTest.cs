using System.Text;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Storage;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>A member's open store, with the epochs under which it may write.</summary>
public sealed record JournalUnderTest(IJournal Journal, IShardOwnership Ownership, IJournalRetention Retention, Func<int, ShardEpoch> Owner) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (Journal is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    public AppendRequest Request(string id, long previous, params string[] events) => RequestOf(Owner(0), id, previous, events);

    public static AppendRequest RequestOf(ShardEpoch owner, string id, long previous, params string[] events) => new()
    {
        Owner = owner,
        EntityId = id,
        PreviousSequence = previous,
        Events = [.. events.Select(text => new EventData("noted", Bytes(text)))],
    };

    public async Task<AppendOutcome> AppendAsync(AppendRequest request) => (await Journal.AppendAsync([request], default)).ShouldHaveSingleItem();

    public async Task<IReadOnlyList<AppendOutcome>> AppendAllAsync(params AppendRequest[] requests) => await Journal.AppendAsync(requests, default);

    public async Task<string[]> EventsOfAsync(string id, int shard = 0) =>
        [.. (await Journal.LoadAsync(shard, id, default)).Events.Select(e => Text(e.Payload))];

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
