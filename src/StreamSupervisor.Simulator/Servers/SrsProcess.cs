using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Statistics;

namespace StreamSupervisor.Simulator.Servers;

/// <summary>
/// One run of an SRS server: what a restart takes away. Its connections hold on to it, so that nothing of it leaks into the next.
/// </summary>
internal sealed class SrsProcess
{
    private readonly SortedDictionary<long, SimulatedConnection> connections = [];
    private readonly HashSet<string> clientIds = new(StringComparer.Ordinal);
    private long connectionsSoFar;

    public SrsProcess(SimulatedSrsOptions options, Random random, DateTimeOffset now)
    {
        Ids = new SrsIds(random);
        ServiceId = Ids.Next();
        Pid = random.Next(1_000, 32_768);
        StartedAt = now;
        // SRS's timers start somewhere in the first seconds of the process; seen from a publish, their phase is chance.
        Sources = new LiveSources(options.Model.CleansUpFreshSources, now + TimeSpan.FromSeconds(3 * random.NextDouble()));
        Statistics = new SrsStatistics(Ids, now + TimeSpan.FromSeconds(3 * random.NextDouble()));
    }

    public string ServiceId { get; }

    public int Pid { get; }

    public DateTimeOffset StartedAt { get; }

    public SrsIds Ids { get; }

    public LiveSources Sources { get; }

    public SrsStatistics Statistics { get; }

    /// <summary>The publish tokens that are taken, by url (7.0.62 and later).</summary>
    public HashSet<string> Tokens { get; } = new(StringComparer.Ordinal);

    public bool HasEnded { get; private set; }

    /// <summary>Every open connection, in the order of their coming.</summary>
    public IReadOnlyCollection<SimulatedConnection> Connections => connections.Values;

    public long Add(SimulatedConnection connection)
    {
        connections[++connectionsSoFar] = connection;
        clientIds.Add(connection.ClientId);
        return connectionsSoFar;
    }

    public void Remove(long order)
    {
        if (connections.TryGetValue(order, out var connection))
        {
            clientIds.Remove(connection.ClientId);
            connections.Remove(order);
        }
    }

    /// <summary>Works off what SRS's timers would have done up to now.</summary>
    public void AdvanceTo(DateTimeOffset now)
    {
        Sources.AdvanceTo(now);
        Statistics.AdvanceTo(now);
    }

    public string NewClientId()
    {
        while (true)
        {
            var id = Ids.Next();
            if (Statistics.Client(id) is null && !clientIds.Contains(id))
            {
                return id;
            }
        }
    }

    public void End()
    {
        HasEnded = true;
        foreach (var connection in connections.Values.ToArray())
        {
            connection.Die();
        }

        connections.Clear();
        clientIds.Clear();
    }
}
