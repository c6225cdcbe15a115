using System.Collections.Immutable;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// The actor of one server: hears its hooks, knows which process runs there, looks at it again and again, and tells streams what it found.
/// It keeps
/// nothing; its next incarnation is as wise as the last one within a sweep.
/// </summary>
internal sealed partial class OriginEntity(World world, Member member, SrsServer server)
{
    private const string Prefix = "origin/";
    private static readonly TimeSpan FirstSweepWaits = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan LoadAgainAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReloadEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(6);

    private readonly OriginState _state = new(server.Name);
    private readonly ClientIndex _clients = new(1_000);
    private readonly Sightings _sightings = new(server.Name, world.Rows);
    private readonly SilenceDetector _silence = new(server.Name, world.Rows, SilentAfter);
    private readonly List<Member> _keepers = [];
    private BeliefBook _beliefs = new();
    private bool _sweeps;
    private bool _judges;
    private bool _stopped;

    private Moment Now => new(member.Now, world.Age);

    public static string IdOf(string server) => Prefix + server;

    public static string? NameOf(string id) => id.StartsWith(Prefix, StringComparison.Ordinal) ? id[Prefix.Length..] : null;

    public void Start()
    {
        Load();
        After(FirstSweepWaits, BeginSweeping);
        TellAgain();
    }

    public void Stop() => _stopped = true;

    /// <summary>A member keeps it running, and is told what is known.</summary>
    public void Keep(Member keeper, Ping ping)
    {
        if (ping.Known is { } known)
        {
            _state.Remember(known, ping.Heard);
        }

        SweepIfRolledBack(ping.Epoch);
        if (!_keepers.Contains(keeper))
        {
            _keepers.Add(keeper);
            Tell(keeper);
        }
    }

    public void Believe(IEnumerable<StreamBelief> beliefs, long epoch)
    {
        if (epoch < _rollback.Epoch)
        {
            return;
        }

        var isAwaited = false;
        foreach (var belief in beliefs)
        {
            _beliefs.Changed(belief, world.Age);
            isAwaited |= _strangers.Remove(belief.Key);
        }

        if (isAwaited)
        {
            SweepSoon();
        }
    }

    public void Hear(SrsHook hook, SessionId named, Publisher? by, bool asked)
    {
        var outcome = _state.Heard(hook.ServerId, hook.Service, Now);
        Learn(outcome.Events, outcome.Identify);
        if (outcome.Standing == HookStanding.WrongServer)
        {
            return;
        }

        var client = _state.Snapshot().NameOf(named.ServerId, named.ServiceId, named.ClientId);
        switch (hook.Kind)
        {
            case HookKind.OnConnect or HookKind.OnPublish when asked:
                if (!_clients.AskedToPublish(client, world.KeyOf(hook.Stream), world.Age))
                {
                    member.Asks.Tell(hook.Stream, new ReportClosed(client));
                }

                break;
            case HookKind.OnConnect when by is not null:
                _clients.Connected(client, world.KeyOf(hook.Stream), by with { Session = client },
                    _state.Snapshot().CallOrder is { BusyCheckComesBeforeOnPublish: true }, InTheWay(hook.Stream), world.Age);
                break;
            case HookKind.OnPlay:
                _clients.Plays(client);
                break;
            case HookKind.OnUnpublish:
                _clients.Unpublished(client, world.KeyOf(hook.Stream), world.Age);
                break;
            case HookKind.OnClose:
                Closed(client, outcome.Standing);
                break;
        }

        JudgeLater();
    }

    private void Closed(SessionId client, HookStanding standing)
    {
        var runsThere = standing is HookStanding.Current or HookStanding.Unnamed;
        var published = _clients.Closed(client, runsThere && _state.Snapshot().CallOrder is { BusyCheckComesBeforeOnPublish: true },
            world.Age);
        if ((published ?? _beliefs.KeyOf(client)) is { } key)
        {
            member.Asks.Tell(key.ToString(), new ReportClosed(client));
        }
    }

    private SessionId? InTheWay(string stream)
    {
        var belief = _beliefs.Find(world.KeyOf(stream));
        return belief?.Session is { } session && session.By.Origin == server.Name ? session.By.Session
            : belief?.Relays.Find(relay => relay.By.Origin == server.Name)?.By.Session;
    }

    private void JudgeLater()
    {
        if (_clients.DueAt is { } due && !_judges)
        {
            _judges = true;
            After(due - world.Age, JudgeClosed);
        }
    }

    /// <summary>
    /// "Connected, closed, and neither published nor played" is a publisher that SRS refused as busy, or a viewer that reset its
    /// connection.
    /// </summary>
    private void JudgeClosed()
    {
        _judges = false;
        foreach (var wish in _clients.Expire(world.Age))
        {
            if (wish.InTheWay is null)
            {
                continue;
            }

            var silence = _beliefs.Find(wish.Key)?.Session switch
            {
                null => Silence.No,
                { SilentSince: not null } => Silence.Yes,
                { } incumbent => _silence.IsSilent(incumbent.By.Session, incumbent.Generation, world.Age),
            };
            if (silence == Silence.IfSampled)
            {
                Call(Priority.Check, SrsApi.SampleAge, answer => TellRefusedUnseen(wish, answer.IsThere
                    && _silence.SamplerRan(answer.Value)));
            }
            else
            {
                TellRefusedUnseen(wish, silence == Silence.Yes);
            }
        }

        JudgeLater();
    }

    private void TellRefusedUnseen(ClientIndex.Wish wish, bool silent) =>
        member.Asks.Tell(wish.Key.ToString(), new ReportRefusedUnseen(wish.By, world.Rules.TrustsViewers || silent, wish.InTheWay));

    /// <summary>What changed is told to every member at once, and acted on.</summary>
    private void Learn(ImmutableArray<OriginEvent> events, bool identify)
    {
        if (!events.IsEmpty)
        {
            foreach (var one in events)
            {
                world.Note(member.Name, "learns", "", server.Name, one.ToString());
            }

            if (events.Any(one => one.IsOfAnotherServer))
            {
                _rollback.Again();
            }

            if (events.Any(one => one is OriginEvent.ProcessReplaced or OriginEvent.ProcessRestored))
            {
                EndOlderProcesses();
                SweepSoon();
            }

            _keepers.ForEach(Tell);
        }

        if (identify)
        {
            Identify();
        }
    }

    private void EndOlderProcesses()
    {
        var known = _state.Snapshot();
        foreach (var (belief, _) in _beliefs.On(server.Name))
        {
            if (belief.Session is { } session && session.By.Origin == server.Name
                && known.Superseded.Contains(session.By.Session.ServiceId))
            {
                member.Asks.Tell(belief.Key.ToString(), new ReportProcessReplaced(session.By.Session.ServerId, known.Process!.ServiceId,
                    session.By.Session.ServiceId));
            }
        }
    }

    private void After(TimeSpan delay, Action act) => member.After(delay, () =>
    {
        if (!_stopped)
        {
            act();
        }
    });

    private void Call<T>(Priority priority, Func<SrsServer, SrsRun, T> ask, Action<ApiAnswer<T>> done) =>
        member.Gate(server.Name).Call(priority, ask, answer =>
    {
        if (!_stopped)
        {
            done(answer);
        }
    });
}
