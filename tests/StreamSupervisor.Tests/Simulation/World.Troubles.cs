using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Tests.Simulation.Members;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation;

/// <content>What goes wrong, and what people do.</content>
internal sealed partial class World
{
    /// <summary>A member that hangs for longer than this is removed by the others.</summary>
    private static readonly TimeSpan HangsTooLong = TimeSpan.FromSeconds(5);
    private readonly HashSet<string> _dead = [];

    private TimeSpan? _faultsEnded;

    /// <summary>Whether the faults have been over for so long that nothing of them is under way.</summary>
    public bool IsCalm(TimeSpan at) => at > _faultsEnded + TimeSpan.FromSeconds(3);

    /// <summary>Whether a server never comes back.</summary>
    public bool IsDead(string server) => _dead.Contains(server);

    private void Begin(PlannedTrouble trouble)
    {
        var server = Servers[trouble.Server];
        var place = Plan.Places[trouble.Place];
        Note("world", trouble.What.ToString(), "", server.Name, place.Name);
        switch (trouble.What)
        {
            case WorldTrouble.ApiRefused or WorldTrouble.ApiSilent or WorldTrouble.ApiGarbage:
                server.ApiFault = trouble.What switch { WorldTrouble.ApiRefused => ApiFault.Refused, WorldTrouble.ApiSilent =>
                    ApiFault.Silent, _ => ApiFault.Garbage };
                After(trouble.For, () => server.ApiFault = ApiFault.None);
                break;
            case WorldTrouble.ApiSlow:
                server.ApiDelay = trouble.For / 2;
                After(trouble.For * 2, () => server.ApiDelay = TimeSpan.Zero);
                break;
            case WorldTrouble.ApiWrong:
                server.AnsweredBy = Chance(0.5) ? Stranger : Servers[(trouble.Server + 1) % Servers.Count];
                After(trouble.For, () => server.AnsweredBy = null);
                break;
            case WorldTrouble.ServerRestarts:
                server.Stop();
                server.Start();
                break;
            case WorldTrouble.ServerDown:
                server.Stop();
                After(trouble.For, () => StartServer(server));
                break;
            case WorldTrouble.ServerDead when Servers.Count - _dead.Count > 1 && !Plan.Forwards:
                _dead.Add(server.Name);
                server.Stop();
                break;
            case WorldTrouble.RowLies:
                server.Lie(trouble.Key);
                break;
            case WorldTrouble.ForwardFails:
                server.FailingForwards.Add(trouble.Key);
                After(trouble.For, () => server.FailingForwards.Remove(trouble.Key));
                break;
            case WorldTrouble.StoreDown:
                Database.IsDown = true;
                After(trouble.For, () => Database.IsDown = false);
                break;
            case WorldTrouble.OperatorKicks:
                Order(trouble.Key, new Kick("operator", "because"));
                break;
            case WorldTrouble.OperatorReleases:
                Order(trouble.Key, new Release("operator", "because") { Origins = [.. Servers.Select(one => one.Name)] });
                break;
            case WorldTrouble.OperatorLocks:
                Order(trouble.Key, new StreamSupervisor.Domain.LiveStreams.Lock("operator", "because"));
                After(trouble.For, () => Order(trouble.Key, new Unlock("operator", "because")));
                break;
            case WorldTrouble.OperatorPins:
                Order(trouble.Key, new Pin("10.0.0.1", "operator", "because"));
                After(trouble.For, () => Order(trouble.Key, new Unlock("operator", "because")));
                break;
            case WorldTrouble.ShardMoves:
                Cluster.Move(trouble.Key);
                break;
            case WorldTrouble.ShardMovesAndBack:
                for (var i = 0; i < 4; i++)
                {
                    After(trouble.For * i / 4, () => Cluster.Move(trouble.Key));
                }

                After(trouble.For / 2, () => Cluster.Move(OriginEntity.IdOf(server.Name)));
                break;
            case WorldTrouble.Orphaned or WorldTrouble.KicksForbidden or WorldTrouble.ClockSet:
                BeginRare(trouble, server, place);
                break;
            default:
                BeginAtMember(trouble, place);
                break;
        }
    }

    private void BeginAtMember(PlannedTrouble trouble, Place place)
    {
        if (place.Life is not { } member)
        {
            return;
        }

        switch (trouble.What)
        {
            case WorldTrouble.MemberKilled:
                Cluster.Kill(member);
                break;
            case WorldTrouble.MemberPaused:
                member.Pause();
                After(HangsTooLong, () =>
                {
                    if (member.IsPaused && !member.IsDead)
                    {
                        Cluster.Remove(member);
                        EndZombie(member, trouble.For + TimeSpan.FromSeconds(2));
                    }
                });
                After(trouble.For, member.Resume);
                break;
            case WorldTrouble.MemberCondemned when Plan.Places.Count > 1:
                Cluster.Remove(member);
                EndZombie(member, trouble.For / 2);
                break;
            case WorldTrouble.MemberCut when Plan.Places.Count > 1:
                Network.Cut(place.Name, Plan.Places[(trouble.Place + 1) % Plan.Places.Count].Name);
                After(trouble.For, Network.Heal);
                break;
            case WorldTrouble.MemberCutOneWay when Plan.Places.Count > 1:
                foreach (var other in Plan.Places.Where(other => other != place))
                {
                    Network.CutOneWay(place.Name, other.Name);
                }

                After(trouble.For, Network.Heal);
                break;
            case WorldTrouble.MemberLeaves:
                Cluster.Leave(member);
                break;
        }
    }

    /// <summary>One that was removed finds it out at last, and ends; another life follows.</summary>
    private void EndZombie(Member member, TimeSpan after) => After(after, () => Cluster.Kill(member));

    private void StartServer(SrsServer server)
    {
        if (!IsDead(server.Name))
        {
            server.Start();
        }
    }

    /// <summary>An operator gives an order to any member.</summary>
    /// <param name="insists">Whether it is given again until somebody has carried it out.</param>
    private void Order(string key, LiveStreamCommand order, bool insists = false)
    {
        if (Cluster.Any() is { } member)
        {
            member.Asks.Ask(key, order, TimeSpan.FromSeconds(2), reply => Again(reply is not null));
        }
        else
        {
            Again(false);
        }

        void Again(bool done)
        {
            if (!done && insists)
            {
                After(TimeSpan.FromSeconds(1), () => Order(key, order, insists));
            }
        }
    }

    /// <summary>
    /// From now on all ways are good, every server is up that has not died for good, and for each key one steady encoder keeps trying.
    /// </summary>
    private void EndFaults()
    {
        if (History.Broken is not null)
        {
            return;
        }

        Note("world", "faults end", "");
        Faults.On = false;
        Database.IsDown = false;
        Network.Heal();
        _encoders.ForEach(encoder => encoder.Stop());
        foreach (var server in Servers)
        {
            (server.ApiFault, server.ApiDelay, server.AnsweredBy) = (ApiFault.None, TimeSpan.Zero, null);
            server.FailingForwards.Clear();
            server.ForbidsDelete = ForbidsForEver(server.Name);
            if (server.HasGhost)
            {
                // Nothing but this helps.
                server.Stop();
            }

            StartServer(server);
        }

        foreach (var place in Plan.Places)
        {
            if (place.Life is { IsRemoved: true } zombie)
            {
                Cluster.Kill(zombie, TimeSpan.FromMilliseconds(200));
            }

            place.Life?.Resume();
            Cluster.Start(place);
        }

        _faultsEnded = Age;
        foreach (var key in Plan.Keys)
        {
            // No fault: a rebalance moves homes at any time.
            After(Between(0, 6_000), () => Cluster.Move(key));
        }

        foreach (var key in Plan.Kept)
        {
            Keep(key);

            // Later than any order that was given before and has lain with a paused member; and later than any write of such an order that
            // was given up, and is stored at last.
            After(TimeSpan.FromSeconds(3), () => Order(key, new Unlock("operator", "because"), insists: true));
            After(TimeSpan.FromSeconds(11), () => Order(key, new Unlock("operator", "because"), insists: true));
            After(TimeSpan.FromSeconds(4), () => FreeFromDeadServer(key));
        }
    }

    /// <summary>
    /// Where the first wins, a session on a server that nobody can reach is neither gone nor silent for all that is known: it keeps its key
    /// until an
    /// operator says otherwise.
    /// </summary>
    private void FreeFromDeadServer(string key)
    {
        if (Plan.Policy.Takeover != TakeoverPolicy.NewestWins && History.Of(key).State.Session is { } session && IsDead(session.By.Origin))
        {
            Order(key, new Kick("operator", "because"), insists: true);
        }
    }
}
