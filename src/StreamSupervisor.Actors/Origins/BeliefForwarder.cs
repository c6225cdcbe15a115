using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Actors.Origins;

/// <summary>
/// <c>/user/beliefs</c> on each member: tells the actors of the SRS servers what the streams of this member are now. A stream
/// concerns the servers that its state names, and those that it has just left. What is lost on its way is found when the actor reads
/// the stream index again.
/// </summary>
public sealed class BeliefForwarder : ReceiveActor, IWithTimers
{
    /// <summary>The name of the actor under <c>/user</c>.</summary>
    public const string ActorName = "beliefs";

    /// <summary>A takeover is three changes within a few milliseconds; a server's actor needs to hear of the last one.</summary>
    private static readonly TimeSpan FlushAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>A belief is about 500 bytes of JSON, and a message of remoting at most 128 kB.</summary>
    private const int MostInOneMessage = 100;

    private readonly OriginRegion _region;
    private readonly AdmissionHold _hold;
    private long _epoch;

    /// <summary>The servers that were told of a stream last; only streams that concern one stand here.</summary>
    private readonly Dictionary<string, string[]> _told = [];

    /// <summary>What nearly all streams have there: one server alone. One array for each, and not for each stream.</summary>
    private readonly Dictionary<string, string[]> _alone = [];
    private readonly Dictionary<string, Dictionary<string, StreamBelief>> _pending = [];

    public BeliefForwarder(OriginRegion region, AdmissionHold hold)
    {
        (_region, _hold) = (region, hold);
        Receive<LiveStreamChanged>(Changed);
        Receive<Flush>(_ => FlushAll());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(OriginRegion region, AdmissionHold hold) => Props.Create(() => new BeliefForwarder(region, hold));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(LiveStreamChanged));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void Changed(LiveStreamChanged changed)
    {
        ForgetEarlierEpoch();
        _told.Remove(changed.Key, out var before);
        if (changed.State is null)
        {
            return; // It stopped here. Whoever owns it next tells when it has recovered.
        }

        var belief = StreamBelief.Of(changed.State, changed.Sequence);
        var now = Shared([.. belief.Origins()]);
        if (now.Length > 0)
        {
            _told[changed.Key] = now;
        }

        IEnumerable<string> told = before is null ? now : now.Union(before);
        foreach (var origin in changed.Concerns is { } concerned ? told.Append(concerned).Distinct() : told)
        {
            if (!_pending.TryGetValue(origin, out var beliefs))
            {
                _pending[origin] = beliefs = [];
            }

            beliefs[changed.Key] = belief;
            if (!Timers.IsTimerActive(Flush.Instance))
            {
                Timers.StartSingleTimer(Flush.Instance, Flush.Instance, FlushAfter);
            }
        }
    }

    private string[] Shared(string[] origins)
    {
        if (origins is not [var one])
        {
            return origins;
        }

        return _alone.TryGetValue(one, out var shared) ? shared : _alone[one] = origins;
    }

    /// <summary>What was believed before the store went back in time may never have been.</summary>
    private void ForgetEarlierEpoch()
    {
        if (_epoch != _hold.Epoch)
        {
            _epoch = _hold.Epoch;
            _pending.Clear();
        }
    }

    private void FlushAll()
    {
        ForgetEarlierEpoch();
        foreach (var (origin, beliefs) in _pending)
        {
            foreach (var some in beliefs.Values.Chunk(MostInOneMessage))
            {
                _region.Tell(new BeliefsChanged(origin, [.. some], _epoch));
            }
        }

        _pending.Clear();
    }

    private sealed record Flush
    {
        public static readonly Flush Instance = new();
    }
}
