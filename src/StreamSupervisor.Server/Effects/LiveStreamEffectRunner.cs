using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Effects;

/// <summary>
/// Carries out what events asked for. The only place that sends a DELETE.
/// <para>
/// An effect begins when its event is durable, so a DELETE always names a session that the journal ordered away; it begins again after a
/// crash, so everything here may happen twice. Removing a client twice is harmless, because the name of a session holds the process
/// that gave out the client id: before a DELETE goes to a process that is not known to be the session's, the node is asked who it is.
/// </para>
/// <para>
/// How it can fail: SRS does not answer (it goes on for ever, slower and slower up to 2 s, and says so once); the entity does not take the
/// report (it is repeated); the member dies (the next owner begins again). It ends when the report was taken or the kernel cancels it,
/// since another report (<c>on_close</c>) had already ended it.
/// </para>
/// <para>Rejected: proof by <c>publish.active</c>, which turns false before the key is free on 7.0.62 and later and lies at times.</para>
/// </summary>
internal sealed partial class LiveStreamEffectRunner : IEffectRunner
{
    private readonly OriginRegistry _origins;
    private readonly IShardRegion<LiveStreamCommand, LiveStreamReply> _region;
    private readonly ReleaseCues _cues;
    private readonly KeyRules _rules;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public LiveStreamEffectRunner(OriginRegistry origins, IShardRegion<LiveStreamCommand, LiveStreamReply> region, ReleaseCues cues,
        KeyRules rules, TimeProvider time, ILogger<LiveStreamEffectRunner> logger)
    {
        _origins = origins;
        _region = region;
        _cues = cues;
        _rules = rules;
        _time = time;
        _logger = logger;
    }

    public async Task RunAsync(string entityId, EffectData effect, CancellationToken cancellation)
    {
        switch (EffectCodec.Decode(effect.Body.Span))
        {
            case EvictSession evict:
                await EvictAsync(entityId, evict, cancellation);
                break;
            case LookAtSession look:
                await LookAsync(entityId, look, cancellation);
                break;
            case SearchForPublishers search:
                await SearchAsync(entityId, search, cancellation);
                break;
        }
    }

    /// <summary>The node, or for a node that is configured no longer: one report, and then nothing more can be done.</summary>
    private async Task<Origin> OriginAsync(string entityId, string name, SessionId? evicted, CancellationToken cancellation)
    {
        if (_origins.Find(name) is { } origin)
        {
            return origin;
        }

        _logger.LogError("{Key}: its session is on {Origin}, which is not configured (any more); it can't be asked or removed. Configure the node again, or end the session there by hand.",
            entityId, name);
        if (evicted is { } session)
        {
            await ReportAsync(entityId, new ReportEvictionStalled(session, $"{name} is not configured"), cancellation);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);
        throw new OperationCanceledException(cancellation);
    }

    private Task ReportAsync(string entityId, LiveStreamCommand report, CancellationToken cancellation) =>
        _region.ReportAsync(entityId, report, _time, cancellation);
}
