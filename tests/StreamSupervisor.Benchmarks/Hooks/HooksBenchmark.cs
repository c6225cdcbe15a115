using System.Globalization;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// Hooks over real HTTP, closed loop, from this process against servers in processes of their own. What one row costs is in its
/// ratios to the other rows of the same run: absolute numbers are those of one machine with everything on the same cores.
/// </summary>
internal static class HooksBenchmark
{
    public static async Task<int> RunAsync(Switches switches)
    {
        var (time, warmUp, settling) = (switches.Seconds("seconds", 5), switches.Seconds("warm-up", 2), switches.Seconds("settle", 30));
        var connections = switches.Numbers("connections", "1,64,200");
        var workloads = switches.List("workload", "spread,hot,register,reserved").Select(name => Enum.Parse<Workload>(name, ignoreCase: true)).ToArray();
        var keys = switches.Number("keys", 2000);
        var names = switches.List("only", string.Join(',', ChosenServer.Names));
        ThreadPool.SetMinThreads(Environment.ProcessorCount, 1);

        var rows = new List<Row>();
        await using var srs = await SrsStub.StartAsync();
        foreach (var name in ChosenServer.Names.Where(names.Contains))
        {
            if (ChosenServer.WhyNot(name) is { } why)
            {
                Console.WriteLine($"{name}: left out, {why}.");
                continue;
            }

            await using var server = await ChosenServer.StartAsync(name, srs);
            await LetPublishAsync(server, srs);

            // A server runs for weeks: what its first half minute costs, when its code is compiled and its files grow, is not what is compared.
            await new HookLoad(server.Target, Workload.Spread, 64, keys).RunAsync(TimeSpan.Zero, settling, server.SaysAlwaysYes);
            foreach (var workload in workloads.Where(workload => server.TakesRegistrations || !HookLoad.Registers(workload)))
            {
                foreach (var count in connections)
                {
                    await server.SettleAsync();
                    var result = await new HookLoad(server.Target, workload, count, keys).RunAsync(warmUp, time, server.SaysAlwaysYes);
                    rows.Add(new Row(workload, count, name, server.Durability, result));
                    Console.WriteLine($"{name} {workload} {count}: {Count(result.Decisions)} decisions/s, p99 {Milliseconds(result.P99)} ms, load average {result.Load}");
                }
            }
        }

        Print(rows, time, settling);
        return 0;
    }

    /// <summary>The publisher that is on air asks as well: the hot workload meets an incumbent that every server knows.</summary>
    internal static async Task LetPublishAsync(ChosenServer server, SrsStub srs)
    {
        using var connection = await HookConnection.OpenAsync(server.Target.Ports[0]);
        if (await connection.SendAsync(new HookRequest(server.Target, "on_publish", HookLoad.HotStream).Of(srs.Publisher)) != true)
        {
            throw new InvalidOperationException($"{server.Name} did not admit the first publisher.");
        }

        if (!server.TakesRegistrations)
        {
            return;
        }

        using var announced = await HookConnection.OpenAsync(server.Target.Ports[0], HookConnection.RegistrationYes);
        if (await announced.SendAsync(new RegistrationCall(HookLoad.ReservedStream).Of(1, 9_999_999)) != true)
        {
            throw new InvalidOperationException($"{server.Name} did not reserve the key for the first encoder.");
        }
    }

    private static void Print(List<Row> rows, TimeSpan time, TimeSpan settling)
    {
        var table = new Report("workload", "connections", "server", "of parse-only", "product (PostgreSQL) is", "product (SQLite) is", "product is, of before", "decisions/s", "answers/s",
            "p50 ms", "p99 ms", "wrong", "durable when answered", "load");
        foreach (var row in rows.OrderBy(row => row.Workload).ThenBy(row => row.Connections))
        {
            Row? Other(string name) => rows.Find(other => other.Workload == row.Workload && other.Connections == row.Connections && other.Server == name);
            table.Add(row.Workload.ToString(), $"{row.Connections}", row.Server,
                Ratio(row.Result.Decisions, Other(ChosenServer.Ceiling)?.Result.Decisions, ""),
                Ratio(Other(ChosenServer.Product)?.Result.Decisions, row.Result.Decisions, "x"),
                Ratio(Other("product-sqlite")?.Result.Decisions, row.Result.Decisions, "x"),
                Ratio(row.Result.Decisions, Other(row.Server.Replace("product-", "before-", StringComparison.Ordinal))?.Result.Decisions, ""),
                Count(row.Result.Decisions), Count(row.Result.Answers), Milliseconds(row.Result.Median), Milliseconds(row.Result.P99),
                $"{row.Result.Unexpected}", row.Durability, row.Result.Load);
        }

        table.Print();
        Console.WriteLine($"""
            {time.TotalSeconds:0.#} s a row, each server under load for {settling.TotalSeconds:0.#} s before its first, on {Environment.ProcessorCount} cores, shared by the client, the server and its database. A decision is an answered on_publish or announcement; its
            latency is in the percentiles. Spread: a free key is published, then unpublished. Hot: every connection tries one key that is on air.
            Register: an encoder announces itself over the API for a free key of its own. Reserved: all for one key that is reserved for another.
            product-*: kernel.mailbox-size 1024, takeover first-wins. Plain servers on PostgreSQL: {PlainServer.Pool} pooled connections, prepared statements. wrong: answers
            that the workload does not allow. load: the machine's load average over the last minute, this run included.
            """);
    }

    private static string Ratio(double? of, double? to, string unit) =>
        of is { } a && to is { } b and > 0 ? (a / b).ToString("0.00", CultureInfo.InvariantCulture) + unit : "";

    private static string Count(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);

    private sealed record Row(Workload Workload, int Connections, string Server, string Durability, LoadResult Result);
}
