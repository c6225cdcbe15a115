using System.Globalization;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// What open pages cost the hooks: the same load without and with them, in turn, so that what else changes on the machine meets both. The
/// first of two turns is the one without in even rounds, and the one with in odd ones.
/// </summary>
internal static class PagesBenchmark
{
    /// <summary>What people look at: mostly the list, some of them one stream.</summary>
    private static readonly string[] Paths = ["", "", "?state=live", $"/streams/-/live/{HookLoad.HotStream}", "/origins"];

    public static async Task<int> RunAsync(Switches switches)
    {
        var (count, rounds) = (switches.Number("pages", 50), switches.Number("rounds", 5));
        var (time, warmUp, settling) = (switches.Seconds("seconds", 4), switches.Seconds("warm-up", 2), switches.Seconds("settle", 20));
        var (connections, keys) = (switches.Number("connections", 64), switches.Number("keys", 2000));
        var workload = Enum.Parse<Workload>(switches.Text("workload", "spread"), ignoreCase: true);
        ThreadPool.SetMinThreads(Environment.ProcessorCount, 1);

        var table = new Report("server", "round", "without, decisions/s", "with", "with/without", "p99 ms without", "with", "fetches/s of all pages", "load");
        await using var srs = await SrsStub.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        if (switches.Text("shared", "yes") == "yes")
        {
            http.DefaultRequestHeaders.Add("X-Refresh", "1");
        }

        foreach (var name in switches.List("only", "product-sqlite"))
        {
            await using var server = await ChosenServer.StartAsync(name, srs);
            await HooksBenchmark.LetPublishAsync(server, srs);
            await RunAsync(settling, TimeSpan.Zero);
            await using (await OpenAsync(server))
            {
                await RunAsync(settling / 2, TimeSpan.Zero);
            }

            var ratios = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                await server.SettleAsync();
                LoadResult without, with;
                double fetches;
                if (round % 2 == 0)
                {
                    without = await RunAsync(time, warmUp);
                    (with, fetches) = await WithAsync();
                }
                else
                {
                    (with, fetches) = await WithAsync();
                    without = await RunAsync(time, warmUp);
                }

                ratios.Add(with.Decisions / without.Decisions);
                table.Add(name, $"{round + 1}", Text(without.Decisions, "N0"), Text(with.Decisions, "N0"), Text(ratios[^1], "0.000"),
                    Text(without.P99.TotalMilliseconds, "0.0"), Text(with.P99.TotalMilliseconds, "0.0"), Text(fetches, "0.0"), with.Load);
            }

            ratios.Sort();
            table.Add(name, "median", "", "", Text(ratios[ratios.Count / 2], "0.000"), "", "", "", Report.Load);

            Task<LoadResult> RunAsync(TimeSpan length, TimeSpan before) =>
                new HookLoad(server.Target, workload, connections, keys).RunAsync(before, length, alwaysYes: false);

            async Task<(LoadResult, double)> WithAsync()
            {
                await using var pages = await OpenAsync(server);
                var result = await RunAsync(time, warmUp);
                return (result, pages.Fetches / (time + warmUp).TotalSeconds);
            }
        }

        table.Print();
        Console.WriteLine($"{count} open pages, kept up to date as dashboard.js does it; {workload}, {connections} connections, {time.TotalSeconds:0.#} s a turn, {Environment.ProcessorCount} cores for all, the pages' own clients included.");
        return 0;

        Task<OpenPages> OpenAsync(ChosenServer server) => OpenPages.OpenAsync(http, server.Target.Ports, count);
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>All of them, spread over the members.</summary>
    private sealed class OpenPages(OpenPage[] pages) : IAsyncDisposable
    {
        public long Fetches => pages.Sum(page => page.Fetches);

        public static async Task<OpenPages> OpenAsync(HttpClient http, IReadOnlyList<int> ports, int count) =>
            new(await Task.WhenAll(Enumerable.Range(0, count).Select(page => OpenPage.OpenAsync(
                http, new Uri($"http://127.0.0.1:{ports[page % ports.Count]}"), Paths[page % Paths.Length]))));

        public async ValueTask DisposeAsync() => await Task.WhenAll(pages.Select(page => page.DisposeAsync().AsTask()));
    }
}
