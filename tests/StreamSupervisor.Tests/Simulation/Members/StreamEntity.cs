using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Storage;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// The actor of one stream key, as the product's is: decides on the newest state, answers and acts only when that is durable, and dies with
/// a write that failed, so that a state which was only hoped for dies with it. Each command has a record of its own here, also a refusal
/// that the product writes together with others: more moments at which a member can die between two.
/// </summary>
internal sealed partial class StreamEntity(World world, Member member, string key)
{
    private static readonly TimeSpan PassivatesAfter = TimeSpan.FromSeconds(5);

    private readonly Queue<(Asker? From, LiveStreamCommand Command)> _stashed = new();
    private readonly HashSet<(Member, long)> _working = [];
    private readonly Dictionary<SessionId, List<Asker>> _held = [];
    private readonly Queue<Action> _behindWrites = new();
    private readonly HashSet<SessionId> _heldBack = [];
    private LiveStreamState _state = world.Empty(key);
    private LiveStreamState _durable = world.Empty(key);
    private readonly long _epoch = member.Hold.Epoch;
    private long _sequence;
    private long _durableSequence;
    private int _writing;
    private int _sinceSnapshot;
    private bool _recovering = true;
    private bool _stopped;
    private Action? _retired;
    private Scheduled? _passivates;

    /// <summary>Who waits for a reply.</summary>
    private readonly record struct Asker(Member Hub, long Id);

    public string Key => key;
    public bool IsStopped => _stopped;
    public LiveStreamState Durable => _durable;

    public void Start() => member.Journal.Read(key, recovered =>
    {
        if (_stopped)
        {
            return;
        }

        if (recovered is null)
        {
            // What was stashed dies with it; who asked asks again.
            Stop("no recovery");
            return;
        }

        (_state, _sequence, _recovering) = (recovered.State, recovered.Sequence, false);
        (_durable, _durableSequence) = (_state, _sequence);
        AfterChange();
        if (LiveStream.WakeAt(_durable) is not null)
        {
            // By the clock of another member a wait may begin in the future; the rules end it.
            Tell(Wake.Instance);
        }

        while (!_stopped && _stashed.TryDequeue(out var next))
        {
            Handle(next.From, next.Command);
        }
    });

    /// <summary>Of the state whose work it carries out.</summary>
    public long Revision => _durable.Revision;

    /// <summary>From a hub; what it is already working on is not begun again.</summary>
    public void Tell(Member hub, long id, LiveStreamCommand command)
    {
        if (!_stopped && IsOfAnEarlierEpoch())
        {
            return;
        }

        if (_stopped || _retired is not null || !_working.Add((hub, id)))
        {
            return;
        }

        Take(new Asker(hub, id), command);
    }

    /// <summary>From one of its own children.</summary>
    public void Tell(LiveStreamCommand command)
    {
        if (!_stopped && !IsOfAnEarlierEpoch())
        {
            Take(null, command);
        }
    }

    /// <summary>Another member is going to be its home: it finishes what is under way, and stops.</summary>
    public void Retire(Action done)
    {
        _retired = done;
        StopIfRetired();
    }

    private void Take(Asker? from, LiveStreamCommand command)
    {
        if (_recovering)
        {
            _stashed.Enqueue((from, command));
        }
        else
        {
            Handle(from, command);
        }
    }

    private void Handle(Asker? from, LiveStreamCommand command)
    {
        var before = _state;
        var heard = world.Rules.Hears(_state, WithStanding(command));
        if (heard is ReportPublisherSeen { By.Origin: var origin } && LiveStream.IsOutdated(_durable, heard))
        {
            member.TellOutdated(key, _durableSequence, _durable, origin);
        }

        var decision = LiveStream.Decide(_state, heard, world.Plan.Policy, member.Now);
        if (decision.Reply is AdmissionsHeld)
        {
            Forget(from);
            if (command is RequestPublish waiting)
            {
                _heldBack.Add(waiting.By.Session);
            }

            return;
        }

        var events = world.Rules.Decides(world, _state, decision.Events);
        if (decision.Reply is null && command is RequestPublish ask)
        {
            Hold(ask.By.Session, from);
        }

        if (events.Count == 0)
        {
            AfterWrites(() => Reply(from, decision.Reply));
            return;
        }

        foreach (var happened in events)
        {
            _state = LiveStream.Evolve(_state, happened);
        }

        if (world.Rules.AnswersAfterAppend)
        {
            Write(before, events, () => Reply(from, decision.Reply));
        }
        else
        {
            Write(before, events, () => { });
            Reply(from, decision.Reply);
            Answer(events);
        }
    }

    /// <summary>What it believes may not be in the journal any more: the next one begins with what is.</summary>
    public bool IsOfAnEarlierEpoch()
    {
        if (!_stopped && _epoch != member.Hold.Epoch)
        {
            Stop("the database has gone back");
            return true;
        }

        return false;
    }

    private LiveStreamCommand WithStanding(LiveStreamCommand command)
    {
        var store = member.Store;
        var known = WithOrigins(command);
        return store.IsUsual ? known : known with { Store = store };
    }

    private LiveStreamCommand WithOrigins(LiveStreamCommand command)
    {
        var outOfReach = _state.Session is { By.Origin: var origin } && member.Directory.IsOutOfReach(origin);
        return command switch
        {
            RequestPublish { By: var by } ask => ask with
            {
                SessionOutOfReach = outOfReach,
                ProcessSuperseded = member.Directory.StandingOf(by.Origin, by.Session) == ProcessStanding.Superseded,
            },
            ReportPublisherSeen seen => seen with
            {
                SessionOutOfReach = outOfReach,
                WaitsInHook = _heldBack.Contains(seen.By.Session),
            },
            Register register => register with { SessionOutOfReach = outOfReach },
            _ => command,
        };
    }

    private void Write(LiveStreamState before, IReadOnlyList<LiveStreamEvent> events, Action reply)
    {
        _writing++;
        var row = new JournalRow(key, ++_sequence, new EventBatch([.. events]), member.Name);
        _pending.Enqueue(new JournalWrite(row, before, stored =>
        {
            if (_stopped)
            {
                return;
            }

            if (IsOfAnEarlierEpoch())
            {
                return;
            }

            if (!stored)
            {
                Stop("a write failed");
                return;
            }

            _writing--;
            _durableSequence = row.Sequence;
            foreach (var happened in events)
            {
                _durable = LiveStream.Evolve(_durable, happened);
            }

            Answer(events);
            reply();
            AfterChange();
            RunBehindWrites();
            StopIfRetired();
        }));
        FlushWrites();
    }

    private readonly Queue<JournalWrite> _pending = new();
    private int _inFlight;

    /// <summary>As a persistent actor does: what comes while a write is under way goes in the next one.</summary>
    private void FlushWrites()
    {
        if (_inFlight > 0)
        {
            return;
        }

        while (_pending.TryDequeue(out var write))
        {
            _inFlight++;
            member.Journal.Write(write with
            {
                Done = stored =>
                {
                    _inFlight--;
                    write.Done(stored);
                    if (!_stopped)
                    {
                        FlushWrites();
                    }
                },
            });
        }
    }

    private void StopIfRetired()
    {
        if (_retired is not null && _writing == 0 && !_stopped)
        {
            Stop("moved");
        }
    }

    private void Stop(string why)
    {
        _stopped = true;
        StopChildren();
        _passivates?.Cancel();
        member.Stopped(this);
        world.History.OwnerStops(key, member.Name);
        world.Note(member.Name, "entity stops", key, why);
        _retired?.Invoke();
    }
}
