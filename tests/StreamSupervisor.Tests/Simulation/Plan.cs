using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Tests.Simulation.Encoders;
using StreamSupervisor.Tests.Simulation.Members;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>Everything that a seed decides before its world begins to turn.</summary>
internal sealed class Plan
{
    public const string Vhost = "__defaultVhost__/";
    private static readonly SrsKind[] Kinds = [SrsKind.V4, SrsKind.V5, SrsKind.V6, SrsKind.V7, SrsKind.V7Token, SrsKind.V7Token,
        SrsKind.V8];

    public Plan(int seed)
    {
        var random = new Random(seed);
        Chaos = TimeSpan.FromSeconds(random.Next(8, 26));
        Servers = [.. Enumerable.Range(1, random.Next(4) == 0 ? 1 : random.Next(2, 4)).Select(number =>
            ($"srs-{number}", Kinds[random.Next(Kinds.Length)]))];
        IsCrowd = random.Next(8) == 0;
        Keys = [.. Enumerable.Range(1, IsCrowd ? 7 : random.Next(3) == 0 ? 2 : 1).Select(number => $"{Vhost}live/cam{number}")];
        Kept = [.. Keys.Where((_, index) => index == 0 || IsCrowd || random.Next(2) == 0)];
        Places = [.. Enumerable.Range(1, random.Next(3) == 0 ? 1 : random.Next(2, 4)).Select(number =>
            new Place($"m{number}", Milliseconds(random, -400, 400)))];
        PublishOnly = random.Next(2) == 0;
        Forwards = Servers.Count > 1 && random.Next(8) == 0;
        NamesRelays = Forwards && random.Next(2) == 0;
        SnapshotEvery = random.Next(3) switch { 0 => 1, 1 => 5, _ => 64 };
        Retains = random.Next(3) == 0;
        AddressIsIdentity = random.Next(2) == 0;
        Policy = new StreamPolicy
        {
            Takeover = Forwards ? TakeoverPolicy.NewestWins : random.Next(5) switch
            {
                0 => TakeoverPolicy.FirstWins,
                1 => TakeoverPolicy.SameIdentity,
                _ => TakeoverPolicy.NewestWins,
            },
            // In every other world no longer than the interval of the sweeps: then sessions are asked for one by one, which wants places.
            ConfirmWithin = seed % 2 == 0 ? StreamPolicy.Default.ConfirmWithin : TimeSpan.FromSeconds(5),
            ReconnectWindow = TimeSpan.FromSeconds(20),
            FightWindow = TimeSpan.FromSeconds(20),
            FightCoolDown = TimeSpan.FromSeconds(5),
            FightCoolDownMax = TimeSpan.FromSeconds(10),
        };
        HookFaults = random.Next(3) * 0.04;
        ApiFaults = random.Next(3) * 0.03;
        WriteFaults = random.Next(3) * 0.03;
        MessageFaults = random.Next(3) * 0.03;
        Encoders = [.. Keys.SelectMany((key, index) => EncodersOf(key, index, random))];
        Troubles = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => TroubleOf(random))];
        HasViewers = random.Next(2) == 0 && !PublishOnly;
        Rare = [.. RareTroubles(new Random(seed * 43))];
        Rests = new Random(seed * 47).Next(3) == 0;
        Cuts = [.. CutsOf(new Random(seed * 53))];
        Encoders = [.. WithSlowOnes(new Random(seed * 59))];
    }

    /// <summary>For worlds whose wires break again and again.</summary>
    public IReadOnlyList<PlannedTrouble> Cuts { get; }

    /// <summary>How long things go wrong.</summary>
    public TimeSpan Chaos { get; }
    public IReadOnlyList<(string Name, SrsKind Kind)> Servers { get; }
    public IReadOnlyList<string> Keys { get; }

    /// <summary>Those that somebody still wants to publish in the end; of the others only what is under way must come to its end.</summary>
    public IReadOnlyList<string> Kept { get; }
    public IReadOnlyList<Place> Places { get; }

    /// <summary>Many streams on few servers: more open work than a gate has places.</summary>
    public bool IsCrowd { get; }

    /// <summary>Whether an on_connect is proof of the intent to publish.</summary>
    public bool PublishOnly { get; }

    /// <summary>Whether the first server copies its streams to the second.</summary>
    public bool Forwards { get; }

    /// <summary>Whether the settings name the relay; else it is known by its address.</summary>
    public bool NamesRelays { get; }
    public bool HasViewers { get; }

    /// <summary>Whether streams reach nobody now and then, and who finds one ends it.</summary>
    public bool HasOrphans => Rare.Any(trouble => trouble.What == WorldTrouble.Orphaned);
    public bool Retains { get; }

    /// <summary>Whether a key that is on air leaves memory too, as where there are too many.</summary>
    public bool Rests { get; }
    public int SnapshotEvery { get; }
    public bool AddressIsIdentity { get; }
    public StreamPolicy Policy { get; }

    /// <summary>The share of hooks, API answers, writes and messages between members that something happens to.</summary>
    public double HookFaults { get; }
    public double ApiFaults { get; }
    public double WriteFaults { get; }
    public double MessageFaults { get; }
    public IReadOnlyList<EncoderPlan> Encoders { get; }
    public IReadOnlyList<PlannedTrouble> Troubles { get; }

    /// <summary>
    /// Troubles of few worlds, from a random of their own: the worlds without them are those that they were before there were any.
    /// </summary>
    public IReadOnlyList<PlannedTrouble> Rare { get; }

    public override string ToString() =>
        $"{string.Join(", ", Servers.Select(server => $"{server.Name} {server.Kind}"))}; {Places.Count} member(s), {Keys.Count} key(s); "
        + $"{Policy.Takeover}, identity {(AddressIsIdentity ? "address" : "key")}{(PublishOnly ? ", publish-only" : "")}"
        + $"{(HasViewers ? ", viewers" : "")}{(Forwards ? ", forwards" : "")}; faults of hooks {HookFaults:0%}, API {ApiFaults:0%}, "
        + $"writes {WriteFaults:0%}, messages {MessageFaults:0%}; snapshots every {SnapshotEvery}{(Retains ? ", retention" : "")}\n  "
        + string.Join("\n  ", Encoders.Select(encoder => encoder.ToString())
            .Concat(Troubles.Concat(Rare).OrderBy(trouble => trouble.At).Select(trouble => trouble.ToString())));

    private IEnumerable<EncoderPlan> EncodersOf(string key, int index, Random random)
    {
        var count = IsCrowd ? 1 : random.Next(1, 4);
        for (var i = 0; i < count; i++)
        {
            var trouble = random.Next(8) switch
            {
                0 => EncoderTrouble.None,
                1 => EncoderTrouble.Vanishes,
                2 => EncoderTrouble.HangsUp,
                3 => EncoderTrouble.Republishes,
                4 or 5 => EncoderTrouble.Freezes,
                _ => EncoderTrouble.Moves,
            };
            var retrying = trouble == EncoderTrouble.Vanishes ? Retrying.Never : (Retrying)random.Next(3);
            var pause = random.Next(3) switch { 0 => 200, 1 => 1_000, _ => 2_000 };
            yield return new EncoderPlan($"enc-{index + 1}{(char)('a' + i)}", key, $"10.0.{index}.{random.Next(1, 3)}",
                random.Next(Servers.Count),
                Milliseconds(random, 0, i == 0 ? 1_000 : 8_000), trouble, Milliseconds(random, 1_000, 12_000),
                random.Next(3) == 0 ? TimeSpan.FromMilliseconds(200) : Milliseconds(random, 1, 6_000),
                retrying, TimeSpan.FromMilliseconds(pause),
                Registers: random.Next(8) == 0);
        }
    }

    /// <summary>In few worlds, as <see cref="Rare"/>: encoders that take seconds to send their first frame.</summary>
    private IEnumerable<EncoderPlan> WithSlowOnes(Random random)
    {
        var share = random.Next(4) == 0 ? 0.5 : 0;
        return Encoders.Select(one => random.NextDouble() < share
            ? one with { FirstFrameAfter = Milliseconds(random, 500, 14_000) } : one);
    }

    private PlannedTrouble TroubleOf(Random random)
    {
        var what = (WorldTrouble)random.Next((int)WorldTrouble.ShardMovesAndBack + 1);
        if (IsCrowd && random.Next(3) == 0)
        {
            what = WorldTrouble.ServerDead;
        }

        return new PlannedTrouble(Milliseconds(random, 0, Chaos.TotalMilliseconds), Milliseconds(random, 100, 9_000), what,
            random.Next(Servers.Count),
            random.Next(Places.Count), Keys[random.Next(Keys.Count)]);
    }

    private IEnumerable<PlannedTrouble> CutsOf(Random random)
    {
        for (var at = Milliseconds(random, 0, 2_000); at < Chaos; at += Milliseconds(random, 2_000, 4_000))
        {
            yield return new PlannedTrouble(at, Milliseconds(random, 1_500, 3_500), WorldTrouble.MemberCutOneWay, Server: 0,
                random.Next(Places.Count), Keys[0]);
        }
    }

    private IEnumerable<PlannedTrouble> RareTroubles(Random random)
    {
        var trapped = Enumerable.Range(0, Servers.Count).Where(server => Servers[server].Kind.CleansUpFreshSources).ToList();
        var clocks = random.Next(4) == 0 ? random.Next(1, 4) : 0;
        var forbids = random.Next(4) == 0 ? random.Next(1, 3) : 0;

        // Without players nobody can tell, and where an on_connect is an intent to publish there are none.
        var orphans = random.Next(4) == 0 && !PublishOnly && trapped.Count > 0 ? random.Next(1, 4) : 0;
        for (var i = 0; i < clocks + forbids + orphans; i++)
        {
            var what = i < clocks ? WorldTrouble.ClockSet : i < clocks + forbids ? WorldTrouble.KicksForbidden : WorldTrouble.Orphaned;
            var at = i == 0 && random.Next(2) == 0 ? TimeSpan.Zero : Milliseconds(random, 0, Chaos.TotalMilliseconds);
            var server = what == WorldTrouble.Orphaned ? trapped[random.Next(trapped.Count)] : random.Next(Servers.Count);
            yield return new PlannedTrouble(at, Milliseconds(random, 100, 9_000), what, server, random.Next(Places.Count),
                Keys[random.Next(Keys.Count)]);
        }
    }

    private static TimeSpan Milliseconds(Random random, double from, double to) =>
        TimeSpan.FromMilliseconds(Math.Round(from + ((to - from) * random.NextDouble())));
}
