using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Tests.Simulation.Encoders;

namespace StreamSupervisor.Tests.Simulation;

/// <content>How a world must end.</content>
internal sealed partial class World
{
    /// <summary>A deadline is met so late at most: the clocks of members differ, and the index lags.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(5);
    private readonly List<Encoder> _keepers = [];

    /// <summary>
    /// All that may pass between the end of the faults and everything being well: an owner that hangs is replaced, a cool-down ends, a key
    /// that was taken for
    /// wedged is tried again. Where the newest does not win, or nobody hears of it because SRS refuses it before it asks, the silence of
    /// who is gone
    /// must be noticed too.
    /// </summary>
    private TimeSpan Rest =>
        TimeSpan.FromSeconds(Plan.Policy.Takeover == TakeoverPolicy.NewestWins && !MayBeRefusedUnheard ? 23 : 50) + RestOfRareTroubles;

    private bool MayBeRefusedUnheard => !Plan.PublishOnly && Servers.Any(server => server.Kind.TakesTokenFirst);

    /// <summary>A steady encoder that keeps trying.</summary>
    private void Keep(string key)
    {
        var able = Servers.Where(server => !IsDead(server.Name)).ToList();
        var at = Plan.Forwards ? Servers[0] : able[Random.Next(able.Count)];
        var ip = Chance(0.5) ? "10.0.0.1" : "10.9.9.9";
        var keeper = new Encoder(this, new EncoderPlan($"keeper {key[(key.LastIndexOf('/') + 1)..]}", key, ip, 0, TimeSpan.Zero,
            EncoderTrouble.None, TimeSpan.Zero, TimeSpan.Zero, Retrying.Every, TimeSpan.FromSeconds(1), Registers: false), [at]);
        _keepers.Add(keeper);
        if (IsWatched(at))
        {
            Watch(key, at);
        }

        After(Between(1, 2_000), keeper.Try);
    }

    /// <summary>What is not as it should be at rest; null when all is.</summary>
    private (string Promise, string Key, string What)? Unrest()
    {
        foreach (var keeper in _keepers)
        {
            var key = History.Of(keeper.Plan.Stream);
            if (!keeper.IsOnAir)
            {
                return (WasLiedTo ? "I9" : "I8", key.Name,
                    $"{keeper.Plan.Name} is not on air");
            }

            if (key.State.Evictions.Exists(eviction => eviction.Of.Session == keeper.Connection!.Session && IsOutOfReachOfKicks(eviction.Of)))
            {
                // It was ordered away, for one who has gone since, and nobody can kick it there.
                continue;
            }

            if (key.State.Session?.By.Session != keeper.Connection!.Session)
            {
                var owner = key.State.Session?.By.Session.ToString() ?? "nobody";
                return ("I8", key.Name, $"{keeper.Connection.Session} is on air, and the journal says {owner}");
            }

            if (!key.State.Session.Confirmed)
            {
                return ("I8", key.Name, $"{keeper.Connection.Session} is on air and was not confirmed");
            }

            if (keeper.Connection.IsOrphan && IsWatched(keeper.Connection.Server))
            {
                return ("I8", key.Name, $"{keeper.Connection.Session} is on air for nobody");
            }

            foreach (var server in Servers)
            {
                if (server.Publishers(key.Name).FirstOrDefault(other => other != keeper.Connection && !other.IsRelay
                    && !other.IsOrphan) is { } other)
                {
                    return ("I2", key.Name, $"{other.Session} publishes beside {keeper.Connection.Session}");
                }
            }
        }

        foreach (var key in Plan.Keys.Select(History.Of))
        {
            // What is on a server that never comes back can't be removed, and holds nobody; behind a proxy that forbids kicks for good who
            // sends goes when he will.
            if (key.State.Evictions.Where(eviction => !IsDead(eviction.Of.Origin) && !IsOutOfReachOfKicks(eviction.Of)).ToList()
                is { Count: > 0 } open)
            {
                return ("I7", key.Name, $"still to be removed: {string.Join(", ", open.Select(eviction => eviction.Of.Session))}");
            }

            // A first record that arrived after its writer had given it up is known to nobody: the next who asks finds it.
            if (LiveStream.WakeAt(key.State) is { } due && due < SlowestClock - Overdue && Database.Index.SequenceOf(key.Name) == key.Sequence)
            {
                return ("I7", key.Name, $"a deadline of {due:mm\\:ss} has passed, and nobody woke the stream");
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
    }
}
