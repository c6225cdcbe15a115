using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Demo;

/// <summary>Several members on a throw-away PostgreSQL, behind one address. One is killed during the act, another one stopped.</summary>
internal sealed class DemoCluster : IDemoSupervisors
{
    private const double KillAt = 0.2;
    private const double StopAt = 0.6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TimeProvider _time;
    private readonly DemoWords _words;
    private readonly List<DemoMember> _members = [];
    private ThrowAwayPostgres? _database;
    private DemoBalancer? _balancer;

    private DemoCluster(TimeProvider time, DemoWords words) => (_time, _words) = (time, words);

    public string Address => _balancer!.Address;

    /// <summary>Not through the balancer, which waits for the end of an answer: a page's feed has none.</summary>
    public IReadOnlyList<string> Pages =>
        [.. _members.Select(member => member.Http.GetLeftPart(UriPartial.Authority) + DemoWords.Pages)];

    /// <exception cref="CommandException">There is no PostgreSQL, or a member does not start.</exception>
    public static async Task<IDemoSupervisors> StartAsync(int members, List<OriginOptions> origins, DirectoryInfo folder, TimeProvider time,
        DemoWords words, Action<string> tell, CancellationToken cancellation)
    {
        var cluster = new DemoCluster(time, words);
        tell(words.Starting(members));
        try
        {
            cluster._database = await ThrowAwayPostgres.StartAsync(time, cancellation);
            foreach (var number in Enumerable.Range(1, members))
            {
                var member = new DemoMember($"supervisor-{number}", folder, cluster._database.ConnectionString, origins, words,
                    time);
                cluster._members.Add(member);
                member.Start();
            }

            cluster._balancer = await DemoBalancer.StartAsync(cluster._members, time, cancellation);
            foreach (var member in cluster._members)
            {
                await cluster.ReadyAsync(member, cancellation);
                tell(words.Ready(member.Name));
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<DemoIncident>> SufferAsync(TimeSpan length, Action<string> tell, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        using var probe = new DemoProbe(Address, _time);
        var (killed, stopped) = (_members[1], _members[0]);

        await UntilAsync(KillAt);
        tell(_words.Killed(killed.Name));
        var afterKill = await probe.LongestWaitAsync(killed.EndAsync("KILL"), cancellation);
        tell(_words.AfterKill(DemoWords.Span(afterKill)));
        await BackAsync(killed);

        await UntilAsync(StopAt);
        tell(_words.Stopping(stopped.Name));
        var afterStop = await probe.LongestWaitAsync(stopped.EndAsync("TERM"), cancellation);
        tell(_words.AfterStop(stopped.Name, DemoWords.Span(afterStop)));
        await BackAsync(stopped);

        return
        [
            new DemoIncident(_words.WasKilled(killed.Name), afterKill),
            new DemoIncident(_words.WasStopped(stopped.Name), afterStop),
        ];

        async Task UntilAsync(double part)
        {
            if (length * part - _time.GetElapsedTime(start) is { Ticks: > 0 } left)
            {
                await Task.Delay(left, _time, cancellation);
            }
        }

        async Task BackAsync(DemoMember member)
        {
            member.Start();
            await ReadyAsync(member, cancellation);
            tell(_words.IsBack(member.Name));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_balancer is { } balancer)
        {
            await balancer.DisposeAsync();
        }

        await Task.WhenAll(_members.Select(member => member.DisposeAsync().AsTask()));
        if (_database is { } database)
        {
            await database.DisposeAsync();
        }
    }

    private async Task ReadyAsync(DemoMember member, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        while (!_balancer!.IsReady(member))
        {
            if (_time.GetElapsedTime(start) > Patience)
            {
                throw new CommandException($"{member.Name} does not get ready. It says:\n{member.LastWords}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellation);
        }
    }
}
