using System.Collections.Concurrent;
using System.Text.Json;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Sweeping;

namespace StreamSupervisor.Server.Peers;

/// <summary>
/// Shares the looking among the members: a node is an entity like any other (<c>origin/NAME</c>), and whoever owns its shard looks at it and
/// passes on what it saw. Also passes on clients that closed and that nobody here knows. All of it are hints: what is lost comes again
/// with the next look.
/// </summary>
/// <param name="view">Who is there, and owns what.</param>
/// <param name="serves">Whether this member serves a shard now.</param>
internal sealed class LookExchange(IClusterView view, Func<int, bool> serves, PeerClient client, TimeProvider time) : ISweepDuty, IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time = time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<(string BaseUrl, string Origin), Slot> _slots = new();
    private readonly ConcurrentDictionary<string, PeerOutbox<PeerClose>> _closes = new(StringComparer.Ordinal);

    /// <summary>The shard whose owner looks at a node.</summary>
    public static int ShardOf(string origin) => ShardMap.ShardOf($"origin/{origin}");

    public bool Sweeps(string origin) => view.OwnerOf(ShardOf(origin))?.Id == view.Self.Id;

    public bool Owns(StreamKey key) => serves(ShardMap.ShardOf(key.ToString()));

    public void Share(OriginLook look)
    {
        foreach (var baseUrl in Others())
        {
            var slot = _slots.GetOrAdd((baseUrl, look.Origin), static _ => new Slot());
            if (slot.Put(look, _time.GetTimestamp()))
            {
                _ = Task.Run(() => SendAsync(baseUrl, slot), CancellationToken.None);
            }
        }
    }

    /// <summary>Asks the other members whether they know a client that has closed.</summary>
    public void PassOnClosed(string origin, SessionId closed)
    {
        foreach (var baseUrl in Others())
        {
            var outbox = _closes.GetOrAdd(baseUrl, static (address, exchange) => new(
                (batch, cancellation) => exchange.SendAsync(address, batch, cancellation),
                static lost => PeerTelemetry.Sent("closed", "lost", lost.Count), exchange._time, exchange._stopping.Token), this);
            if (!outbox.Post(new PeerClose(origin, closed)))
            {
                PeerTelemetry.Sent("closed", "full");
            }
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private IEnumerable<string> Others()
    {
        var self = view.Self;
        return view.Members.Where(member => member.Identity.Id != self.Id && member.Identity.BaseUrl != self.BaseUrl).Select(member => member.Identity.BaseUrl);
    }

    private async Task SendAsync(string baseUrl, Slot slot)
    {
        while (slot.Take() is var (look, sharedAt) && !_stopping.IsCancellationRequested)
        {
            var waited = _time.GetElapsedTime(sharedAt);
            var body = JsonSerializer.SerializeToUtf8Bytes(look with { Age = look.Age + waited, SeenAge = look.SeenAge + waited }, PeerWire.Json.OriginLook);
            var response = await client.PostAsync(baseUrl, PeerEndpoints.LooksPath, body, Within, _stopping.Token);
            PeerTelemetry.Sent("look", response.Outcome == PeerCallOutcome.Answered ? "taken" : "lost");
        }
    }

    private async Task<IReadOnlyList<int>?> SendAsync(string baseUrl, IReadOnlyList<PeerClose> batch, CancellationToken cancellation)
    {
        var response = await client.PostAsync(baseUrl, PeerEndpoints.ClosedPath, JsonSerializer.SerializeToUtf8Bytes(new PeerCloses(batch), PeerWire.Json.PeerCloses),
            Within, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return response.Outcome == PeerCallOutcome.Answered ? [] : null;
    }

    /// <summary>The newest look at one node for one member: one is under way at most, and an older one that waits is replaced.</summary>
    private sealed class Slot
    {
        private readonly System.Threading.Lock _gate = new();
        private (OriginLook Look, long SharedAt)? _next;
        private bool _sending;

        /// <returns>Whether somebody has to begin sending.</returns>
        public bool Put(OriginLook look, long sharedAt)
        {
            lock (_gate)
            {
                _next = (look, sharedAt);
                return !_sending && (_sending = true);
            }
        }

        public (OriginLook Look, long SharedAt)? Take()
        {
            lock (_gate)
            {
                var next = _next;
                _next = null;
                _sending = next is not null;
                return next;
            }
        }
    }
}
