using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using StreamSupervisor.Actors;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// What one hop costs: three members, one key, one connection. The publisher that is on air asks again and hears the same yes, which writes
/// nothing; each member is asked in turn, round by round, and one of them is the key's owner.
/// </summary>
internal static class HopBenchmark
{
    public static async Task<int> RunAsync(Switches switches)
    {
        var (rounds, time, settling) = (switches.Number("rounds", 10), switches.Seconds("seconds", 2), switches.Seconds("settle", 20));
        if (ChosenServer.WhyNot(ChosenServer.ThreeMembers) is { } why)
        {
            Console.WriteLine($"Not run: {why}.");
            return 1;
        }

        await using var srs = await SrsStub.StartAsync();
        await using var server = await ChosenServer.StartAsync(ChosenServer.ThreeMembers, srs);
        var members = server.Target.Ports.Select((port, index) => new Member($"m{index + 1}", port, new Latencies())).ToArray();
        foreach (var member in members)
        {
            await AskAsync(server.Target, srs, member with { Latencies = new Latencies() }, settling);
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var member in members)
            {
                await AskAsync(server.Target, srs, member, time);
            }
        }

        var owner = await OwnerAsync(server);
        var here = members.Single(member => member.Name == owner).Median;
        var table = new Report("member", "asks", "p50 ms", "p99 ms", "of the owner's p50", "more than the owner, ms");
        foreach (var member in members.OrderBy(member => member.Name != owner))
        {
            table.Add(member.Name == owner ? $"{member.Name}, the owner" : member.Name, $"{member.Latencies.Count}", Text(member.Median),
                Text(member.Latencies.Percentile(0.99)), (member.Median / here).ToString("0.00", CultureInfo.InvariantCulture), Text(member.Median - here));
        }

        table.Print();
        Console.WriteLine($"{rounds} rounds of {time.TotalSeconds:0.#} s at each member, after {settling.TotalSeconds:0.#} s at each that do not count; {Environment.ProcessorCount} cores for all. Load {Report.Load}.");
        return 0;
    }

    private static async Task AskAsync(Target target, SrsStub srs, Member member, TimeSpan time)
    {
        using var connection = await HookConnection.OpenAsync(member.Port);
        var request = new HookRequest(target, "on_publish", HookLoad.HotStream).Of(srs.Publisher);
        var since = Stopwatch.StartNew();
        while (since.Elapsed < time)
        {
            var sent = Stopwatch.GetTimestamp();
            if (await connection.SendAsync(request) != true)
            {
                throw new InvalidOperationException($"{member.Name} refused the publisher that is on air.");
            }

            member.Latencies.Add(Stopwatch.GetTimestamp() - sent);
        }
    }

    private static async Task<string> OwnerAsync(ChosenServer server)
    {
        var shard = ShardView.ShardOf(new StreamKey(StreamKey.DefaultVhost, "live", HookLoad.HotStream).ToString());
        using var client = new HttpClient();
        var answer = await client.GetFromJsonAsync<JsonElement>(new Uri(server.Management!, $"cluster/shards/{shard}"));
        return answer.GetProperty("ownerName").GetString()!;
    }

    private static string Text(TimeSpan time) => time.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture);

    private sealed record Member(string Name, int Port, Latencies Latencies)
    {
        public TimeSpan Median => Latencies.Percentile(0.5);
    }
}
