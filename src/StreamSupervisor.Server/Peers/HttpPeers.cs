using System.Collections.Concurrent;
using System.Text.Json;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Peers;

/// <summary>Asks and tells other members over HTTP/2 (<see cref="PeerClient"/>).</summary>
/// <remarks>
/// An ask is sent once: whether to ask again is the caller's to decide, who may find another owner meanwhile. A tell is sent until it is known
/// to have arrived, for some seconds, and so may arrive twice; all that entities are told names the session that it is about.
/// </remarks>
internal sealed class HttpPeers : IPeers<LiveStreamCommand, LiveStreamReply>, IDisposable
{
    /// <summary>For the way there and back, on top of what the other member may take.</summary>
    private static readonly TimeSpan Transit = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TellWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ComplainEvery = TimeSpan.FromSeconds(10);

    private readonly PeerClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, PeerOutbox<(string EntityId, LiveStreamCommand Command)>> _outboxes = new(StringComparer.Ordinal);
    private long _complainedAt = long.MinValue;

    public HttpPeers(PeerClient client, TimeProvider time, ILogger<HttpPeers> logger)
    {
        _client = client;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// Gets each message that could not be delivered: the member is gone, or does not own the entity any more. To be told again through
    /// the region, which knows the present owner. Must be quick and must not throw.
    /// </summary>
    public Action<string, LiveStreamCommand>? Undelivered { get; set; }

    /// <summary>Messages that wait to be sent.</summary>
    public int Waiting => _outboxes.Values.Sum(outbox => outbox.Waiting);

    public async Task<PeerAnswer<LiveStreamReply>> AskAsync(string baseUrl, string entityId, LiveStreamCommand command, TimeSpan wait, CancellationToken cancellation)
    {
        var response = await _client.PostAsync(baseUrl, PeerEndpoints.AskPath, PeerCodec.EncodeAsk(entityId, command, wait), wait + Transit, cancellation);
        return Read(response);
    }

    public bool Tell(string baseUrl, string entityId, LiveStreamCommand command)
    {
        var outbox = _outboxes.GetOrAdd(baseUrl, static (address, peers) => new(
            (batch, cancellation) => peers.SendAsync(address, batch, cancellation), batch => peers.GiveBack(address, batch), peers._time, peers._stopping.Token), this);
        var taken = outbox.Post((entityId, command));
        if (!taken)
        {
            PeerTelemetry.Sent("tell", "full");
        }

        return taken;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private static PeerAnswer<LiveStreamReply> Read(PeerResponse response)
    {
        if (response.Outcome != PeerCallOutcome.Answered)
        {
            var status = response.Outcome == PeerCallOutcome.NotSent ? AskStatus.Unavailable : AskStatus.Unknown;
            return new(AskResult<LiveStreamReply>.Not(status, response.Why), NotOwner: false);
        }

        try
        {
            return PeerCodec.DecodeAnswer(response.Body);
        }
        catch (FormatException problem)
        {
            // It was carried out over there, with a result that only a newer version can tell.
            return new(AskResult<LiveStreamReply>.Not(AskStatus.Unknown, problem.Message), NotOwner: false);
        }
    }

    private async Task<IReadOnlyList<int>?> SendAsync(string baseUrl, IReadOnlyList<(string EntityId, LiveStreamCommand Command)> batch, CancellationToken cancellation)
    {
        var response = await _client.PostAsync(baseUrl, PeerEndpoints.TellPath, PeerCodec.EncodeTells(batch), TellWithin, cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (response.Outcome != PeerCallOutcome.Answered)
        {
            return null;
        }

        try
        {
            var refused = JsonSerializer.Deserialize(response.Body, PeerWire.Json.PeerTaken)?.Refused ?? [];
            PeerTelemetry.Sent("tell", "taken", batch.Count - refused.Count);
            return refused;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void GiveBack(string baseUrl, IReadOnlyList<(string EntityId, LiveStreamCommand Command)> batch)
    {
        PeerTelemetry.Sent("tell", "given-back", batch.Count);
        if (Undelivered is { } undelivered)
        {
            foreach (var (entityId, command) in batch)
            {
                undelivered(entityId, command);
            }
        }

        var last = Interlocked.Read(ref _complainedAt);
        if (last == long.MinValue || _time.GetElapsedTime(last) >= ComplainEvery)
        {
            Interlocked.Exchange(ref _complainedAt, _time.GetTimestamp());
            _logger.LogWarning("{Count} message(s) could not be delivered to the member at {Address}; they go to whoever owns their streams now, and what is lost the next sweep finds.",
                batch.Count, baseUrl);
        }
    }
}
