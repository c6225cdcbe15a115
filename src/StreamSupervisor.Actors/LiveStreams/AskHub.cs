using Akka.Actor;
using Akka.Cluster;
using Akka.Event;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary><c>/user/asks</c>: takes the answers of the streams' actors, and has late questions sent again.</summary>
internal sealed class AskHub : UntypedActor
{
    /// <summary>How exact a deadline and a repetition are.</summary>
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(1);

    private readonly AskTable _asks;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ITimer? _ticks;
    private long _dropped;
    private DateTimeOffset _nextLog;

    public AskHub(AskTable asks, TimeProvider time) => (_asks, _time) = (asks, time);

    protected override void PreStart()
    {
        var self = Self;
        _ticks = _time.CreateTimer(_ => self.Tell(Tick.Instance, ActorRefs.NoSender), null, TickEvery, TickEvery);
        if (((ExtendedActorSystem)Context.System).Provider is IClusterActorRefProvider)
        {
            Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.MemberRemoved));
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StreamAnswer answer:
                _asks.Complete(answer.AskId, AskResult.Answered(answer.Reply), IsElsewhere);
                break;
            case StreamRefusal refusal:
                _asks.Complete(refusal.AskId, AskResult.Not(refusal.Status, refusal.Why) with { Reason = refusal.Reason }, IsElsewhere);
                break;
            case Tick:
                _asks.Tick();
                SayWhatWasDropped();
                break;
            case ClusterEvent.MemberRemoved:
                _asks.ResendAll();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Whether who answers is on another member: the actors of this one name themselves without a host.</summary>
    private bool IsElsewhere => Sender.Path.Address.HasGlobalScope;

    protected override void PostStop()
    {
        _ticks?.Dispose();
        _asks.Close();
    }

    private void SayWhatWasDropped()
    {
        _dropped += _asks.TakeDropped();
        if (_dropped > 0 && _time.GetUtcNow() is var now && now >= _nextLog)
        {
            _log.Warning("{0} reports to streams were dropped because too many wait. Sweeps find what they would have told. "
                + "Look at the journal's latency.", _dropped);
            _dropped = 0;
            _nextLog = now + LogEvery;
        }
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
