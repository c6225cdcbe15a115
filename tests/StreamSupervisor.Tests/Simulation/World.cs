using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// One seed's world: SRS servers, encoders, viewers, operators, a store that survives, and a supervisor that is killed and started again. First
/// everything goes wrong that the seed chose; then all faults end, one steady encoder keeps trying for each key, and the world must come to rest.
/// </summary>
internal sealed class World : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly Random _random;
    private readonly List<Life> _lives = [];
    private readonly List<SimulatedEncoder> _keepers = [];
    private readonly CancellationTokenSource _chaosEnds = new();

    /// <param name="seed">Decides all that happens.</param>
    /// <param name="rules">Which rules of the product are broken; none.</param>
    /// <param name="cluster">Whether several members share the work.</param>
    public World(int seed, BrokenRules? rules = null, bool cluster = false)
    {
        (Seed, Rules, Plan) = (seed, rules ?? new BrokenRules(), new Plan(seed, cluster));
        _random = new Random(~seed);
        Scheduler = new SimulationScheduler(Time, seed);
        Cluster = new MemoryCluster(Store, Time) { Shards = Plan.Shards };
        Network = new MemoryNetwork<LiveStreamCommand, LiveStreamReply>(Time) { Latency = TimeSpan.FromMilliseconds(_random.Next(3)) };
        Members = [.. Enumerable.Range(1, Plan.Members).Select(number => cluster
            ? new Member(number, 1 + ((_random.NextDouble() - 0.5) * 0.02), TimeSpan.FromMilliseconds(_random.Next(-500, 500)))
            : new Member(number, 1, TimeSpan.Zero))];
        History = new History(this);
        Faults = new Faults(Plan, new Random(seed * 31));
        Log = new FaultLog(this);
        Nodes = [.. Plan.Nodes.Select((node, index) => new Node(this, node.Name, node.Model, new Random((seed * 17) + index)))];
        Store.Appended = History.Durable;
        Store.EffectsEnded = History.EffectsEnded;
        Rules.Store(Store);
        Rules.Cluster(Cluster);
        Cluster.Declared = (dead, alive) => DeclaredDead(dead, alive);
    }

    public int Seed { get; }
    public BrokenRules Rules { get; }
    public Plan Plan { get; }
    public VirtualTime Time { get; } = new();
    public SimulationScheduler Scheduler { get; }
    public MemoryStore Store { get; } = new();

    /// <summary>Members and owners, where there are several; and the network between them.</summary>
    public MemoryCluster Cluster { get; }
    public MemoryNetwork<LiveStreamCommand, LiveStreamReply> Network { get; }
    public IReadOnlyList<Member> Members { get; }
    public History History { get; }
    public Faults Faults { get; }
    public FaultLog Log { get; }
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>How long it took from the end of the faults until all was well.</summary>
    public TimeSpan CameToRestIn { get; private set; }

    /// <summary>How many of the last things that happened are told when a promise is broken.</summary>
    public int Telling { get; init; } = 40;

    public int Lives => _lives.Count;

    /// <summary>
    /// All that may pass between the end of the faults and everything being well: an owner that hangs is replaced, a cool-down ends, a key that was taken for
    /// wedged is tried again. Where the newest does not win, or nobody hears of it because SRS refuses it before it asks, the silence of who is gone
    /// must be noticed too.
    /// </summary>
    private TimeSpan Rest => TimeSpan.FromSeconds(Plan.Options.Admission.Takeover == TakeoverPolicy.NewestWins && !MayBeRefusedUnheard ? 18 : 45);

    private bool MayBeRefusedUnheard => !Plan.PublishOnly && Nodes.Any(node => node.Srs.Model.TakesTokenFirst);

    public Node Node(string name) => Nodes.First(node => node.Name == name);

    /// <summary>Runs the seed.</summary>
    /// <returns>What was broken, with all that is needed to understand it; null when nothing was.</returns>
    public string? Run()
    {
        var began = Time.GetUtcNow();
        try
        {
            Scheduler.Inside(() =>
            {
                StartAll();
                Begin();
                return true;
            });
            RunUntil(null, Plan.Chaos);
            var faultsEnded = Time.GetUtcNow();
            Scheduler.Inside(() =>
            {
                EndFaults();
                return true;
            });
            RunUntil(() => Unrest() is null, Rest);
            CameToRestIn = Time.GetUtcNow() - faultsEnded;
            CheckRest();

            // Rest must last: two sweeps later, or one of each member, all is as it was, or is again: one that had been held all the time may just have begun a fight.
            RunUntil(null, TimeSpan.FromSeconds(Members.Count == 1 ? 11 : 6));
            RunUntil(() => Unrest() is null, Rest);
            CheckRest();
        }
        catch (Exception fault) when (fault is InvalidOperationException or NullReferenceException)
        {
            History.Break("The simulation itself", "", fault.ToString());
        }

        return History.Broken is { } broken ? $"seed {Seed}: {broken}\n  --- {Time.GetUtcNow() - began:mm\\:ss\\.f} after the begin; {Plan}" : null;
    }

    /// <summary>One supervisor dies, and comes back after a while.</summary>
    public void Kill(Life life)
    {
        if (life.IsOver)
        {
            return;
        }

        History.Note("world", "crash", "", life.Member.Name);
        life.Member.Life = null;
        life.End();
        After(TimeSpan.FromMilliseconds(_random.Next(3) == 0 ? 10 : _random.Next(100, 4_000)), () => StartLife(life.Member));
    }

    /// <summary>Who gets the next hook: any member, for whoever balances them asks nobody. Now and then one that has just died.</summary>
    public Life? TakesHook()
    {
        if (Members.Count == 1)
        {
            return Members[0].Life;
        }

        var ready = Members.Where(member => member.Life is not null ? !member.IsLeaving : Faults.On && _random.Next(4) == 0).ToList();
        return ready.Count > 0 ? ready[_random.Next(ready.Count)].Life : null;
    }

    /// <summary>A client has closed, and the member that heard of it knows nothing of it: the others are told, as far as they are reached.</summary>
    public void PassOnClosed(Life from, string origin, SessionId closed)
    {
        foreach (var member in Members)
        {
            if (member.Life is { } life && life != from && !Network.IsCut(from.Member.Url, member.Url))
            {
                life.Process.Post(_ => life.Supervisor.Desk.ClosedElsewhere(origin, closed), null);
            }
        }
    }

    public void Dispose()
    {
        foreach (var life in _lives)
        {
            life.Dispose();
        }

        _chaosEnds.Dispose();
    }

    private void StartAll()
    {
        foreach (var member in Members)
        {
            StartLife(member);
        }
    }

    private void StartLife(Member member)
    {
        if (member.Life is null)
        {
            History.Note("world", "start", "", member.Name);
            member.IsLeaving = false;
            member.Life = Members.Count == 1 ? new SoleLife(this, member, _lives.Count + 1) : new ClusterLife(this, member, _lives.Count + 1);
            _lives.Add(member.Life);
        }
    }

    private void Begin()
    {
        foreach (var planned in Plan.Encoders)
        {
            var encoder = new SimulatedEncoder(planned.Options, [.. Enumerable.Range(0, Nodes.Count).Select(i => Nodes[(planned.FirstNode + i) % Nodes.Count].Srs)], Time);

            // One that has vanished without a word stays so: its session is for the supervisor to find.
            var vanishes = planned.Options.Trouble.GoneFor >= PlannedEncoder.ForEver;
            After(planned.At, () => Watch(encoder.RunAsync(vanishes ? CancellationToken.None : _chaosEnds.Token)));
        }

        foreach (var trouble in Plan.Troubles)
        {
            After(trouble.At, () => Begin(trouble));
        }

        foreach (var trouble in Plan.MemberTroubles)
        {
            After(trouble.At, () => Begin(trouble));
        }

        if (Plan.HasPlayers)
        {
            After(TimeSpan.FromSeconds(1), () => Watch(PlayAsync()));
        }

        if (Members.Count > 1)
        {
            After(TimeSpan.FromSeconds(1), () => Watch(ReadAsync()));
        }
    }

    private void Begin(PlannedTrouble trouble)
    {
        var srs = Nodes[trouble.Node].Srs;
        History.Note("world", trouble.What.ToString(), "", Nodes[trouble.Node].Name);
        switch (trouble.What)
        {
            case TroubleOfWorld.ApiDown or TroubleOfWorld.ApiGarbage or TroubleOfWorld.ApiError:
                srs.ApiFault = trouble.What switch { TroubleOfWorld.ApiDown => ApiFault.Down, TroubleOfWorld.ApiGarbage => ApiFault.Garbage, _ => ApiFault.ServerError };
                After(trouble.For, () => srs.ApiFault = ApiFault.None);
                break;
            case TroubleOfWorld.ApiSlow:
                srs.ApiDelay = trouble.For / 2;
                After(trouble.For * 2, () => srs.ApiDelay = TimeSpan.Zero);
                break;
            case TroubleOfWorld.ServerRestarts:
                srs.Restart();
                break;
            case TroubleOfWorld.ServerIsDown:
                srs.Stop();
                After(trouble.For, srs.Start);
                break;
            case TroubleOfWorld.RowLies:
                srs.LieAboutActive(trouble.Key);
                break;
            case TroubleOfWorld.StoreIsDown:
                Faults.StoreIsDown = Cluster.IsDown = true;
                After(trouble.For, () => Faults.StoreIsDown = Cluster.IsDown = false);
                break;
            case TroubleOfWorld.SupervisorCrashes:
                KillSomebody();
                break;
            case TroubleOfWorld.OperatorKicks:
                Order(trouble.Key, new Kick("operator", "because"));
                break;
            case TroubleOfWorld.OperatorReleases:
                Order(trouble.Key, new Release("operator", "because") { Origins = [.. Nodes.Select(node => node.Name)] });
                break;
            case TroubleOfWorld.OperatorLocks:
                Order(trouble.Key, new StreamSupervisor.Domain.LiveStreams.Lock("operator", "because"));
                After(trouble.For, () => Order(trouble.Key, new Unlock("operator", "because")));
                break;
            case TroubleOfWorld.OperatorPins:
                Order(trouble.Key, new Pin("10.0.0.1", "operator", "because"));
                After(trouble.For, () => Order(trouble.Key, new Unlock("operator", "because")));
                break;
        }
    }

    private void Begin(PlannedMemberTrouble trouble)
    {
        var member = Members[trouble.Member];
        if (!Faults.On || member.Life is not ClusterLife life)
        {
            return;
        }

        History.Note("world", trouble.What.ToString(), "", member.Name);
        switch (trouble.What)
        {
            case TroubleOfMember.IsKilled:
                Kill(life);
                break;
            case TroubleOfMember.IsPaused:
                life.Process.Pause();
                After(trouble.For, () => WakeUp(life));
                break;
            case TroubleOfMember.Leaves:
                life.Leave();
                break;
            case TroubleOfMember.AllLeaveInTurn:
                for (var i = 0; i < Members.Count; i++)
                {
                    var next = Members[i];
                    After(i * trouble.For, () => (next.Life as ClusterLife)?.Leave());
                }

                break;
            case TroubleOfMember.IsCutFromStore or TroubleOfMember.IsRefusedByStore or TroubleOfMember.HearsNoAnswers:
                life.Link.Fault = trouble.What switch
                {
                    TroubleOfMember.IsCutFromStore => LinkFault.Silent,
                    TroubleOfMember.IsRefusedByStore => LinkFault.Refuses,
                    _ => LinkFault.LosesAnswers,
                };
                After(trouble.For, () => Heal(life));
                break;
            case TroubleOfMember.IsCutFromOne:
                Network.Cut(member.Url, Members[trouble.Other].Url);
                After(trouble.For, Network.Heal);
                break;
            case TroubleOfMember.IsCutFromAll:
                foreach (var other in Members)
                {
                    Network.Cut(member.Url, other.Url);
                }

                After(trouble.For, Network.Heal);
                break;
            case TroubleOfMember.SessionsEnd:
                Cluster.EndSessions();
                break;
            case TroubleOfMember.IsDownedUnheard:
                life.Link.Fault = LinkFault.Silent;
                Cluster.Down(life.Identity.Id);
                After(trouble.For, () => Heal(life));
                break;
        }
    }

    /// <summary>Who asks a member at the moment when it wakes up finds it believing what was true when it fell asleep.</summary>
    private void WakeUp(Life life)
    {
        foreach (var key in Plan.Keys)
        {
            Watch(ReadAsync(life, $"{key.Vhost}/{key.App}/{key.Stream}"));
        }

        life.Process.Resume();
    }

    private static void Heal(ClusterLife life)
    {
        if (!life.IsOver)
        {
            life.Link.Fault = LinkFault.None;
        }
    }

    private void KillSomebody()
    {
        if (Members[_random.Next(Members.Count)].Life is { } life)
        {
            Kill(life);
        }
    }

    /// <summary>Rule 4: whoever is alive and beats is not declared dead.</summary>
    private void DeclaredDead(Guid dead, bool leaseRuns)
    {
        if (leaseRuns && Members.Any(member => member.Life is ClusterLife life && life.Identity.Id == dead))
        {
            History.Break("Death", "", $"{dead} was declared dead, and its lease runs and its process lives");
        }
    }

    /// <summary>From now on all ways are good, every server is up, nobody orders anything, and for each key one steady encoder keeps trying.</summary>
    private void EndFaults()
    {
        History.Note("world", "faults end", "", "");
        Faults.On = false;
        Faults.StoreIsDown = Cluster.IsDown = false;
        Network.Heal();
        foreach (var life in _lives)
        {
            life.Process.Resume();
            if (life is ClusterLife member)
            {
                Heal(member);
            }
        }

        _chaosEnds.Cancel();
        foreach (var node in Nodes)
        {
            node.Srs.ApiFault = ApiFault.None;
            node.Srs.ApiDelay = TimeSpan.Zero;
            node.Srs.Start();
        }

        StartAll();
        foreach (var key in Plan.Keys)
        {
            var keeper = new SimulatedEncoder(
                new EncoderOptions
                {
                    Name = $"keeper of {key.Stream}",
                    Key = key,
                    Address = _random.Next(2) == 0 ? "10.0.0.1" : "10.9.9.9",
                    Retry = RetryPolicy.Every(TimeSpan.FromSeconds(1)),
                    MediaInterval = TimeSpan.FromSeconds(1),
                    MediaBytes = 128_000,
                },
                [Nodes[_random.Next(Nodes.Count)].Srs], Time);
            _keepers.Add(keeper);
            After(TimeSpan.FromMilliseconds(_random.Next(1, 2_000)), () => Watch(keeper.RunAsync(CancellationToken.None)));

            // Later than any order that was given before and has lain with a paused member.
            After(TimeSpan.FromSeconds(3), () => Order(key, new Unlock("operator", "because"), insists: true));
        }
    }

    /// <summary>What is not as it should be at rest; null when all is.</summary>
    private (string Promise, string Key, string What)? Unrest()
    {
        foreach (var keeper in _keepers)
        {
            var report = keeper.Report;
            var key = History.Of($"{report.Key.Vhost}/{report.Key.App}/{report.Key.Stream}");
            if (!report.IsOnAir)
            {
                return ("I8", key.Name, $"{report.Name} is not on air: {report}");
            }

            var session = Nodes.First(node => node.Srs.Options.ServerId == report.Server).Session(report.ClientId);
            if (key.State.Session?.By.Session != session)
            {
                return ("I8", key.Name, $"{session} is on air, and the journal says {key.State.Session?.By.Session.ToString() ?? "nobody"}");
            }

            if (key.State.Evictions.Count > 0)
            {
                return ("I7", key.Name, $"still to be removed: {string.Join(", ", key.State.Evictions.Select(eviction => eviction.Of.Session))}");
            }

            var shard = ShardMap.ShardOf(key.Name);
            if (Members.Count > 1 && Members.Count(member => member.Life is ClusterLife life && life.Serves(shard)) != 1)
            {
                return ("I8", key.Name, $"shard {shard} is served by {string.Join(" and ", Members.Where(member => member.Life is ClusterLife life && life.Serves(shard)).Select(member => member.Name))}");
            }

            if (Store.EffectsOf(key.Name) is { Count: > 0 } effects)
            {
                return ("I7", key.Name, $"still open: {string.Join(", ", effects)}");
            }
        }

        return null;
    }

    private void CheckRest()
    {
        if (Unrest() is var (promise, of, what))
        {
            History.Break(promise, of, what);
        }

        foreach (var key in Plan.Keys.Select(key => History.Of($"{key.Vhost}/{key.App}/{key.Stream}")))
        {
            var events = Store.EventsOf(key.Name);
            for (var i = 0; i < events.Count; i++)
            {
                if (events[i].Sequence != i + 1 || (i > 0 && events[i].Epoch < events[i - 1].Epoch))
                {
                    History.Break("I1", key.Name, $"event {i + 1} has the sequence {events[i].Sequence} and the epoch {events[i].Epoch}");
                }
            }

            if (events.Count != key.Sequence)
            {
                History.Break("I1", key.Name, $"{events.Count} events are stored, and {key.Sequence} were confirmed");
            }
        }
    }

    private async Task PlayAsync()
    {
        while (!_chaosEnds.IsCancellationRequested)
        {
            var viewer = Nodes[_random.Next(Nodes.Count)].Srs.Connect("10.8.8.8");
            if (viewer is not null)
            {
                var key = Plan.Keys[_random.Next(Plan.Keys.Count)];
                _ = viewer.PlayAsync(key.Vhost, key.App, key.Stream, "");
                await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(100, 5_000)), Time);
                viewer.Close();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(100, 3_000)), Time);
        }
    }

    /// <summary>Somebody looks at a key now and then, at any member: what he is told must be true at some moment while he waits.</summary>
    private async Task ReadAsync()
    {
        while (!_chaosEnds.IsCancellationRequested)
        {
            var key = Plan.Keys[_random.Next(Plan.Keys.Count)];
            if (Members[_random.Next(Members.Count)].Life is { } life)
            {
                Watch(ReadAsync(life, $"{key.Vhost}/{key.App}/{key.Stream}"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(50, 700)), Time);
        }
    }

    private async Task ReadAsync(Life life, string key)
    {
        var asked = History.Moment;
        var told = await life.AskAsync(() =>
            life.Supervisor.Region.AskAsync(key, GetState.Instance, life.Now + TimeSpan.FromSeconds(2), CancellationToken.None));
        if (told is { Status: AskStatus.Answered, Reply: StateReply { State: var state } })
        {
            History.Read(key, asked, state);
        }
    }

    /// <summary>An operator gives an order to any member.</summary>
    /// <param name="insists">Whether it is given again until somebody has carried it out.</param>
    private void Order(SimulatedStreamKey key, LiveStreamCommand order, bool insists = false) => Watch(OrderAsync($"{key.Vhost}/{key.App}/{key.Stream}", order, insists));

    private async Task OrderAsync(string key, LiveStreamCommand order, bool insists)
    {
        do
        {
            try
            {
                if (Members[_random.Next(Members.Count)].Life is { } life
                    && await life.AskAsync(() => life.Supervisor.Region.AskAsync(key, order, life.Now + TimeSpan.FromSeconds(2), CancellationToken.None))
                        is { Status: AskStatus.Answered })
                {
                    return;
                }
            }
            catch (IOException)
            {
                // The supervisor was down, or died.
            }

            await Task.Delay(TimeSpan.FromSeconds(1), Time);
        }
        while (insists);
    }

    private void After(TimeSpan delay, Action act) => Time.CreateTimer(_ => act(), null, delay, Timeout.InfiniteTimeSpan);

    private async void Watch(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The supervisor was down, or died.
        }
        catch (Exception fault)
        {
            History.Break("The simulation itself", "", fault.ToString());
        }
    }

    /// <summary>Lets the world turn for so long, or until a condition holds; it is asked now and then, not at each step.</summary>
    private void RunUntil(Func<bool>? condition, TimeSpan limit)
    {
        if (History.Broken is not null)
        {
            return;
        }

        var over = condition?.Invoke() == true;
        using var alarm = Time.CreateTimer(_ => over = true, null, limit, Timeout.InfiniteTimeSpan);
        using var look = condition is null ? null : Time.CreateTimer(_ => over |= condition(), null, LookEvery, LookEvery);
        Scheduler.RunUntil(() => over || History.Broken is not null, limit + TimeSpan.FromSeconds(1));
    }
}
