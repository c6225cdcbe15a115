using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// The door to the actors of the streams, wherever in the cluster they run. Messages between members get lost when one dies, so each is
/// sent again until it is answered or its deadline has come; the actors know a repetition.
/// </summary>
/// <remarks>
/// Not Akka's <c>Ask</c>: it costs a temporary actor and a timer for each question, 6 µs against 1, and sends it once. Members are
/// virtual so that tests of the server stand in for it.
/// </remarks>
public class LiveStreamRegion
{
    /// <summary>The name of the shard type.</summary>
    public const string TypeName = "live-stream";

    /// <summary>The name of the actor that every question goes through.</summary>
    public const string HubName = "asks";

    private static readonly TimeSpan TellFor = TimeSpan.FromSeconds(30);

    private readonly AskTable _asks;
    private readonly TimeProvider _time;

    /// <param name="streams">The shard region, or in a test whatever takes its messages.</param>
    public LiveStreamRegion(IActorRef streams, TimeProvider time, LiveStreamSettings settings)
    {
        _time = time;
        _asks = new AskTable(streams, time, settings);
    }

    /// <summary>Asks and messages that are under way or wait for their turn.</summary>
    public virtual int Waiting => _asks.Count;

    /// <summary>Those of them that somebody waits for.</summary>
    public virtual int Asking => _asks.Asks;

    /// <summary>Starts the streams' actors on this member, and the door to all of them.</summary>
    internal static LiveStreamRegion Start(ActorSystem system, LiveStreamServices services)
    {
        LeanMailbox.AddTo(system);
        var sharding = ClusterSharding.Get(system);
        var settings = ClusterShardingSettings.Create(system);
        var streams = sharding.Start(TypeName, key => LiveStreamActor.Props(key, services).WithMailbox(LeanMailbox.Id), settings,
            new LiveStreamMessageExtractor(), sharding.DefaultShardAllocationStrategy(settings), Retire.Instance);
        return Start(system, streams, services.Time, services.Settings);
    }

    /// <summary>Makes the region, and starts its hub as <c>/user/asks</c>: nothing is answered without it.</summary>
    /// <param name="streams">The shard region or its proxy.</param>
    public static LiveStreamRegion Start(ActorSystem system, IActorRef streams, TimeProvider time, LiveStreamSettings settings)
    {
        var region = new LiveStreamRegion(streams, time, settings);
        region._asks.Attach(system.ActorOf(Props.Create<AskHub>(region._asks, time), HubName));
        return region;
    }

    /// <summary>Asks the actor of a stream. An answer is durable and was given by the key's owner.</summary>
    /// <param name="key">The stream key as text; starts its actor if need be.</param>
    /// <param name="command">What is asked. It may arrive twice, so it must bear that.</param>
    /// <param name="deadline">After this the result is <see cref="AskStatus.Unknown"/>; what was asked may still happen.</param>
    /// <param name="cancellation">The caller went away.</param>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public virtual Task<AskResult> AskAsync(string key, LiveStreamCommand command, DateTimeOffset deadline,
        CancellationToken cancellation) =>
        Telemetry.Spans.HasListeners() && Activity.Current is not null
            ? AskTracedAsync(key, command, deadline, cancellation)
            : _asks.AskAsync(new StreamEnvelope(key, _asks.NextId(), command), deadline, cancellation);

    /// <summary>
    /// Whether a yes may be given to SRS. SRS does not list whoever waits in <c>on_connect</c>, and SRS 4 not in <c>on_publish</c> either,
    /// so a challenger takes it for gone <see cref="LiveStream.Unlisted"/> after its removal was ordered: a yes that a broken wire or a
    /// frozen member kept back for longer would let it in beside the next one. Half of that time is left for the way to SRS.
    /// </summary>
    /// <param name="age">Since it was asked for.</param>
    public static bool IsYoung(TimeSpan age) => age <= LiveStream.Unlisted / 2;

    /// <summary>Asks about a yes to a publisher that is not young any more, until what is said of it is.</summary>
    /// <param name="yes">What was said.</param>
    /// <inheritdoc cref="AskAsync"/>
    public async Task<AskResult> AskAboutAsync(string key, RequestPublish request, AskResult yes, DateTimeOffset deadline,
        CancellationToken cancellation)
    {
        while (true)
        {
            // What writes nothing is answered at once: to write the answer again may take a store longer than a yes is young.
            AskResult known;
            long askedAt;
            do
            {
                askedAt = _time.GetTimestamp();
                known = await AskAsync(key, GetState.Instance, deadline, cancellation);
            }
            while (known.Reply is StateReply && !IsYoung(_time.GetElapsedTime(askedAt)));

            if (known.Reply is not StateReply { State: var state })
            {
                return known;
            }

            if (LiveStream.IsLetIn(state, request.By.Session))
            {
                return yes;
            }

            askedAt = _time.GetTimestamp();
            yes = await AskAsync(key, request, deadline, cancellation);
            if (yes.Reply is not Allowed || IsYoung(_time.GetElapsedTime(askedAt)))
            {
                return yes;
            }
        }
    }

    /// <summary>
    /// Tells the actor of a stream, for 30 s until it has taken it; at least once unless the member ends. Never throws and never blocks.
    /// Too many at once are dropped, with a line in the log.
    /// </summary>
    public virtual void Tell(string key, LiveStreamCommand command) =>
        _asks.Tell(new StreamEnvelope(key, _asks.NextId(), command, StreamTrace.Current()), _time.GetUtcNow() + TellFor);

    private async Task<AskResult> AskTracedAsync(string key, LiveStreamCommand command, DateTimeOffset deadline,
        CancellationToken cancellation)
    {
        using var span = Telemetry.Spans.StartActivity("stream.ask")?.SetTag("key", key);
        var result = await _asks.AskAsync(new StreamEnvelope(key, _asks.NextId(), command, StreamTrace.Current()), deadline, cancellation);
        span?.SetTag("outcome", result.Status.ToString());
        return result;
    }
}
