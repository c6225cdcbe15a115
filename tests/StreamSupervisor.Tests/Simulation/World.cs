using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Encoders;
using StreamSupervisor.Tests.Simulation.Judging;
using StreamSupervisor.Tests.Simulation.Members;
using StreamSupervisor.Tests.Simulation.Servers;
using StreamSupervisor.Tests.Simulation.Storage;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// One seed's world: the rules of the product as they are, in a host that gives them what Akka gives and no more, among servers, encoders,
/// viewers and
/// operators. First everything goes wrong that the seed chose; then all faults end, one steady encoder keeps trying for each key, and the
/// world must
/// come to rest. Nothing in it waits and nothing runs beside it: a queue of events is its time.
/// </summary>
internal sealed partial class World
{
    private readonly EventQueue _queue = new();
    private readonly List<Encoder> _encoders = [];
    private readonly Dictionary<string, StreamKey> _keys = [];

    /// <param name="seed">Decides all that happens.</param>
    /// <param name="rules">Which rules of the product are broken; none.</param>
    public World(int seed, BrokenRules? rules = null)
    {
        (Seed, Rules, Plan) = (seed, rules ?? new BrokenRules(), new Plan(seed));
        Random = new Random(~seed);
        Faults = new Faults(Plan, new Random(seed * 31));
        History = new History(this);
        Hooks = new HookNetwork(this);
        Network = new Network(this);
        Database = new Database(this);
        Servers = [.. Plan.Servers.Select((server, i) => new SrsServer(this, server.Name, server.Kind, $"10.1.0.{i + 1}",
            new Random((seed * 17) + i)))];
        Stranger = new SrsServer(this, "stranger", SrsKind.V6, "10.2.0.1", new Random(seed * 19));
        Relays = new Relays([.. Servers.Select(server => new RelayAddresses(server.Name, [server.Ip], Plan.NamesRelays
            && server.Name == "srs-2" ? ["srs-1"] : []))]);
        Rows = new RowReader(key => key, (_, ip) => IdentityOf(ip)) { Relays = Relays };
        Cluster = new Cluster(this);
        if (Plan.Forwards)
        {
            Servers[0].ForwardsTo = Servers[1];
        }
    }

    public int Seed { get; }
    public BrokenRules Rules { get; }
    public Plan Plan { get; }
    public Random Random { get; }
    public Faults Faults { get; }
    public History History { get; }
    public HookNetwork Hooks { get; }
    public Network Network { get; }
    public Database Database { get; }
    public RowReader Rows { get; }
    public Relays Relays { get; }
    public Cluster Cluster { get; }
    public IReadOnlyList<SrsServer> Servers { get; }

    /// <summary>A server that is not configured; it answers at addresses that are wrong.</summary>
    public SrsServer Stranger { get; }

    /// <summary>Where a rule is broken: processes that are taken for over and have no way back.</summary>
    public HashSet<string> Over { get; } = [];
    public DateTimeOffset Now => _queue.Now;
    public TimeSpan Age => _queue.Age;
    public long Steps => _queue.Steps;

    /// <summary>How long it took from the end of the faults until all was well.</summary>
    public TimeSpan CameToRestIn { get; private set; }

    /// <summary>Whether the database goes back in time, once or twice.</summary>
    public bool RollsBack { get; init; }

    /// <summary>Whether a wire between two members is cut and repaired again and again.</summary>
    public bool CutsWires { get; init; }

    /// <summary>How many of the last things that happened are told when a promise is broken.</summary>
    public int Telling { get; init; } = 40;

    public Scheduled After(TimeSpan delay, Action act) => _queue.After(delay, act);

    public TimeSpan Between(double milliseconds, double and) => TimeSpan.FromMilliseconds(milliseconds
        + ((and - milliseconds) * Random.NextDouble()));

    public bool Chance(double share) => Random.NextDouble() < share;

    public SrsServer Server(string name) => Servers.First(server => server.Name == name);

    public StreamKey KeyOf(string key)
    {
        if (!_keys.TryGetValue(key, out var parsed))
        {
            _keys[key] = parsed = StreamKey.Parse(key);
        }

        return parsed;
    }

    public LiveStreamState Empty(string key) => new() { Key = KeyOf(key) };

    public string IdentityOf(string ip) => Plan.AddressIsIdentity ? ip : "key";

    public void Note(string where, string what, string key, string detail = "", object? more = null) =>
        History.Note(where, what, key, detail, more);

    /// <summary>Runs the seed.</summary>
    /// <returns>What was broken, with all that is needed to understand it; null when nothing was.</returns>
    public string? Run()
    {
        try
        {
            Begin();
            Turn(null, Plan.Chaos);
            EndFaults();
            var ended = Now;
            Turn(() => Unrest() is null, Rest);
            CameToRestIn = Now - ended;
            CheckRest();

            // Rest must last: two sweeps later all is as it was, or is again: one that had been held all the time may just have begun a
            // fight.
            Turn(null, TimeSpan.FromSeconds(11));
            Turn(() => Unrest() is null, Rest);
            CheckRest();
        }
        catch (Exception fault) when (
            fault is InvalidOperationException or NullReferenceException or KeyNotFoundException or ArgumentException)
        {
            History.Break("The simulation itself", "", fault.ToString());
        }

        return History.Broken is { } broken ? $"seed {Seed}: {broken}\n  --- {Age:mm\\:ss\\.f} after the begin; {Plan}" : null;
    }

    private void Turn(Func<bool>? condition, TimeSpan limit) =>
        _queue.RunUntil(() => History.Broken is not null || condition?.Invoke() == true, History.Broken is null ? limit : TimeSpan.Zero,
            TimeSpan.FromMilliseconds(50));

    private void Begin()
    {
        Cluster.StartAll();
        foreach (var plan in Plan.Encoders)
        {
            var first = Plan.Forwards ? 0 : plan.FirstServer;
            var known = Plan.Forwards ? 1 : Servers.Count;
            var encoder = new Encoder(this, plan, [.. Enumerable.Range(0, known).Select(i => Servers[(first + i) % Servers.Count])]);
            _encoders.Add(encoder);
            After(plan.At, encoder.Try);
        }

        foreach (var trouble in Plan.Troubles.Concat(RollsBack ? [] : Plan.Rare).Concat(CutsWires ? Plan.Cuts : []))
        {
            After(trouble.At, () => Begin(trouble));
        }

        if (RollsBack)
        {
            PlanRollbacks(new Random(Seed * 41));
        }

        if (Plan.HasViewers)
        {
            After(TimeSpan.FromSeconds(1), View);
        }

        if (Plan.Retains)
        {
            Retain();
        }
    }

    private void View()
    {
        if (!Faults.On)
        {
            return;
        }

        var stream = Plan.Keys[Random.Next(Plan.Keys.Count)];
        if (Servers[Random.Next(Servers.Count)].Connect($"10.8.8.{Random.Next(1, 4)}") is { } viewer)
        {
            viewer.Play(stream, resets: Chance(0.3));
            After(Chance(0.2) ? Between(0, 5) : Between(100, 5_000), viewer.HangUp);
        }

        After(Between(100, 3_000), View);
    }

    private void Retain() => After(TimeSpan.FromSeconds(7), () =>
    {
        Database.Retain();
        Retain();
    });

    /// <summary>An encoder announces itself to any member, and asks again while it has to wait.</summary>
    public void Register(string stream, string encoder, string ip, int attempt, Action<bool> publishes, int asked = 0)
    {
        if (Cluster.Any() is not { } member)
        {
            publishes(false);
            return;
        }

        member.Asks.Ask(stream, new Register($"{encoder}/{attempt}", encoder, attempt, CredentialVerdict.NotRequired, null, ip,
            TimeSpan.FromSeconds(10), null),
            TimeSpan.FromSeconds(3), reply =>
            {
                switch (reply)
                {
                    case RegistrationReply { Decision: RegistrationDecision.Publish }:
                        publishes(true);
                        break;
                    case RegistrationReply { Decision: RegistrationDecision.Wait } when asked < 10:
                        After(TimeSpan.FromMilliseconds(500), () => Register(stream, encoder, ip, attempt, publishes, asked + 1));
                        break;
                    default:
                        publishes(false);
                        break;
                }
            });
    }
}
