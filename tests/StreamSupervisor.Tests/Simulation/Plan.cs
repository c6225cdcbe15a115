using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>Everything that a seed decides before its world begins to turn.</summary>
internal sealed class Plan
{
    private static readonly SrsModel[] Models = [SrsModel.V4, SrsModel.V5, SrsModel.V6, SrsModel.V7, SrsModel.V7Token, SrsModel.V7Token];

    /// <summary>A cluster's database has fewer shards here than anywhere else: each of them costs every member time when it changes hands.</summary>
    public const int Shards = 16;

    private static readonly SimulatedStreamKey[] Names = [.. Enumerable.Range(1, 100).Select(number => new SimulatedStreamKey("live", $"cam{number}"))];
    private static readonly SimulatedStreamKey[] KeysOfFewShards =
        [.. Names.Where(key => ShardMap.ShardOf($"{key.Vhost}/{key.App}/{key.Stream}") < Shards)];

    /// <param name="seed">Decides all of it.</param>
    /// <param name="cluster">Whether several members share the work, in a shorter time.</param>
    public Plan(int seed, bool cluster = false)
    {
        var random = new Random(seed);
        Chaos = TimeSpan.FromSeconds(cluster ? random.Next(6, 14) : random.Next(20, 41));
        Nodes = [.. Enumerable.Range(1, random.Next(4) == 0 ? 1 : random.Next(2, 4)).Select(number => ($"srs-{number}", Models[random.Next(Models.Length)]))];
        Keys = [.. (cluster ? KeysOfFewShards : Names).Take(random.Next(3) == 0 ? 2 : 1)];
        PublishOnly = random.Next(2) == 0;
        Options = OptionsOf(random);
        HookFaults = random.Next(3) * 0.05;
        ApiFaults = random.Next(3) * 0.03;
        AppendFaults = random.Next(3) * 0.05;
        Crashes = CrashesOf(random);
        Encoders = [.. Keys.SelectMany((key, index) => EncodersOf(key, index, random))];
        Troubles = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => TroubleOf(random))];
        HasPlayers = random.Next(2) == 0 && !PublishOnly;
        if (cluster)
        {
            Members = random.Next(2, 5);
            StatementFaults = random.Next(3) * 0.01;
            MemberTroubles = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => MemberTroubleOf(random))];
        }
    }

    /// <summary>How many members share the work; 1: it is alone, on a store of its own.</summary>
    public int Members { get; } = 1;

    /// <summary>The share of statements of members that something happens to.</summary>
    public double StatementFaults { get; }
    public IReadOnlyList<PlannedMemberTrouble> MemberTroubles { get; } = [];

    /// <summary>How long things go wrong.</summary>
    public TimeSpan Chaos { get; }
    public IReadOnlyList<(string Name, SrsModel Model)> Nodes { get; }
    public IReadOnlyList<SimulatedStreamKey> Keys { get; }

    /// <summary>Whether an on_connect is proof of the intent to publish.</summary>
    public bool PublishOnly { get; }
    public bool HasPlayers { get; }
    public SupervisorOptions Options { get; }

    /// <summary>The share of hooks, answers of the API and batches of appends that something happens to.</summary>
    public double HookFaults { get; }
    public double ApiFaults { get; }
    public double AppendFaults { get; }
    public IReadOnlyList<(int Append, Crash Crash)> Crashes { get; }
    public IReadOnlyList<PlannedEncoder> Encoders { get; }
    public IReadOnlyList<PlannedTrouble> Troubles { get; }

    public override string ToString() =>
        $"{string.Join(", ", Nodes.Select(node => $"{node.Name} {node.Model.Version}"))}; {Keys.Count} key(s), {Encoders.Count} encoder(s); "
        + $"{Options.Admission.Takeover}, identity {Options.Admission.Identity}{(PublishOnly ? ", publish-only" : "")}{(HasPlayers ? ", players" : "")}; faults of hooks {HookFaults:0%}, "
        + $"API {ApiFaults:0%}, appends {AppendFaults:0%}; crashes {string.Join(' ', Crashes)}\n  "
        + (Members > 1 ? $"{Members} members, faults of statements {StatementFaults:0%}\n  " : "")
        + string.Join("\n  ", Encoders.Select(encoder => encoder.ToString()).Concat(Troubles.Select(trouble => trouble.ToString()))
            .Concat(MemberTroubles.Select(trouble => trouble.ToString())));

    private SupervisorOptions OptionsOf(Random random) => new()
    {
        Origins = [.. Nodes.Select(node => new OriginOptions { Name = node.Name, Api = "http://simulated", HookToken = node.Name })],
        Admission = new AdmissionOptions
        {
            Takeover = random.Next(5) switch { 0 => TakeoverPolicy.FirstWins, 1 => TakeoverPolicy.SameIdentity, _ => TakeoverPolicy.NewestWins },
            Identity = random.Next(2) == 0 ? IdentityRule.Address : IdentityRule.Key,
            ReconnectWindow = TimeSpan.FromSeconds(20),
            FightWindow = TimeSpan.FromSeconds(20),
            FightCoolDown = TimeSpan.FromSeconds(5),
            FightCoolDownMax = TimeSpan.FromSeconds(10),
            Rules = [new AdmissionRuleOptions { Match = "live/*", PublishOnly = PublishOnly }],
        },
        Kernel = new KernelOptions
        {
            SnapshotEvery = random.Next(3) switch { 0 => 1, 1 => 5, _ => 64 },
            PassivateAfter = TimeSpan.FromSeconds(random.Next(2) == 0 ? 5 : 120),
        },
        Sweep = new SweepOptions { SilenceLook = TimeSpan.FromSeconds(2) },
    };

    private static List<(int, Crash)> CrashesOf(Random random)
    {
        var crashes = new List<(int, Crash)>();
        for (var at = random.Next(30); crashes.Count < 3 && random.Next(3) > 0; at += random.Next(1, 40))
        {
            crashes.Add((at, random.Next(2) == 0 ? Crash.BeforeTheWrite : Crash.AfterTheWrite));
        }

        return crashes;
    }

    private IEnumerable<PlannedEncoder> EncodersOf(SimulatedStreamKey key, int index, Random random)
    {
        var count = random.Next(1, 4);
        for (var i = 0; i < count; i++)
        {
            var seconds = TimeSpan.FromSeconds(random.Next(1, 15));
            var trouble = random.Next(7) switch
            {
                0 => EncoderTrouble.None,
                1 => EncoderTrouble.Drops(seconds, TimeSpan.FromSeconds(random.Next(1, 8))),
                2 => EncoderTrouble.Drops(seconds, PlannedEncoder.ForEver),
                3 => EncoderTrouble.Flaps(TimeSpan.FromSeconds(random.Next(1, 4))),
                4 => EncoderTrouble.Restarts(seconds, TimeSpan.FromMilliseconds(random.Next(1, 3_000))),
                _ => EncoderTrouble.ChangesNode(seconds, TimeSpan.FromMilliseconds(random.Next(1, 3_000))),
            };
            var retry = random.Next(4) switch
            {
                0 => RetryPolicy.SingleTry,
                1 => RetryPolicy.Obs,
                2 => RetryPolicy.Every(TimeSpan.FromMilliseconds(200)),
                _ => RetryPolicy.Every(TimeSpan.FromSeconds(1)),
            };

            // One that vanishes is not seen again: neither its connection nor its retries end with the chaos.
            retry = trouble.GoneFor >= PlannedEncoder.ForEver ? RetryPolicy.SingleTry : retry;
            yield return new PlannedEncoder(
                new EncoderOptions
                {
                    Name = $"encoder-{index + 1}{(char)('a' + i)}",
                    Key = key,
                    Address = $"10.0.{index}.{random.Next(1, 3)}",
                    Trouble = trouble,
                    Retry = retry,
                    MediaInterval = TimeSpan.FromSeconds(1),
                    MediaBytes = 128_000,
                },
                random.Next(Nodes.Count),
                TimeSpan.FromMilliseconds(random.Next(i == 0 ? 1_000 : 10_000)));
        }
    }

    private PlannedTrouble TroubleOf(Random random) => new(
        TimeSpan.FromMilliseconds(random.Next((int)Chaos.TotalMilliseconds)),
        TimeSpan.FromMilliseconds(random.Next(100, 8_000)),
        (TroubleOfWorld)random.Next(1, Enum.GetValues<TroubleOfWorld>().Length),
        random.Next(Nodes.Count),
        Keys[random.Next(Keys.Count)]);

    private PlannedMemberTrouble MemberTroubleOf(Random random) => new(
        TimeSpan.FromMilliseconds(random.Next((int)Chaos.TotalMilliseconds)),
        TimeSpan.FromMilliseconds(random.Next(100, 9_000)),
        (TroubleOfMember)random.Next(1, Enum.GetValues<TroubleOfMember>().Length),
        random.Next(Members),
        random.Next(Members));
}

/// <summary>An encoder, the server that it tries first, and when it begins.</summary>
internal sealed record PlannedEncoder(EncoderOptions Options, int FirstNode, TimeSpan At)
{
    public static readonly TimeSpan ForEver = TimeSpan.FromHours(1);

    public override string ToString() =>
        $"{At:s\\.fff} {Options.Name} of {Options.Key.Stream} from {Options.Address} on node {FirstNode + 1}: {Options.Trouble.Kind} after {Options.Trouble.After.TotalSeconds} s "
        + $"for {Options.Trouble.GoneFor.TotalSeconds} s, retry {Options.Retry.First?.TotalSeconds} s";
}

internal enum TroubleOfWorld
{
    Unknown,
    ApiDown,
    ApiSlow,
    ApiGarbage,
    ApiError,
    ServerRestarts,
    ServerIsDown,
    RowLies,
    StoreIsDown,
    SupervisorCrashes,
    OperatorKicks,
    OperatorReleases,
    OperatorLocks,
    OperatorPins,
}

internal enum TroubleOfMember
{
    Unknown,

    /// <summary>kill -9; it comes back after a while.</summary>
    IsKilled,

    /// <summary>SIGSTOP, and SIGCONT after a while.</summary>
    IsPaused,

    /// <summary>SIGTERM: it hands over and ends; another life follows.</summary>
    Leaves,

    /// <summary>SIGTERM to one after the other.</summary>
    AllLeaveInTurn,

    /// <summary>Nothing that it says to the store is answered.</summary>
    IsCutFromStore,

    /// <summary>The store refuses its connections.</summary>
    IsRefusedByStore,

    /// <summary>The store does what it is told and its answers are lost.</summary>
    HearsNoAnswers,

    /// <summary>It and one other do not reach each other.</summary>
    IsCutFromOne,

    /// <summary>It reaches no other member.</summary>
    IsCutFromAll,

    /// <summary>The store ends the sessions of all.</summary>
    SessionsEnd,

    /// <summary>An operator says that it is dead. It lives, is cut off from the store, and does not hear of it.</summary>
    IsDownedUnheard,
}

/// <summary>Something that happens to a member for a while.</summary>
internal sealed record PlannedMemberTrouble(TimeSpan At, TimeSpan For, TroubleOfMember What, int Member, int Other);

/// <summary>Something that goes wrong, or that a person does, for a while.</summary>
internal sealed record PlannedTrouble(TimeSpan At, TimeSpan For, TroubleOfWorld What, int Node, SimulatedStreamKey Key);
