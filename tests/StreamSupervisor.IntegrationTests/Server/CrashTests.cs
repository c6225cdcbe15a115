using System.Collections.Immutable;
using System.Globalization;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>The supervisor is killed with -9 while it changes hands, and started again on the same database.</summary>
public sealed class CrashTests(ITestOutputHelper log)
{
    private const int Rounds = 4;
    private const int Keys = 8;

    [Fact]
    [Trait("Run", "long")]
    public async Task Killed_in_the_middle_of_handovers_it_finishes_or_undoes_them_removes_nobody_else_and_the_encoders_get_in()
    {
        var seed = Environment.GetEnvironmentVariable("CRASH_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(1_000_000);
        log.WriteLine($"CRASH_SEED={seed}");
        var random = new Random(seed);

        // Where the waiting is done in on_publish, and where it is done in on_connect.
        await using var srs = await SrsServers.StartAsync(SrsModel.V5, SrsModel.V7Token);
        using var folder = new ServeFolder(srs, """admission.rules = [ { match = "ingest/*", publish-only = true } ]""");
        var program = await SupervisorProcess.ServeAsync(folder);
        try
        {
            await srs.SendHooksToAsync(folder.Address);
            using var api = folder.Api();
            for (var round = 1; round <= Rounds; round++)
            {
                var keys = Enumerable.Range(1, Keys).Select(number => $"ingest/r{round}-{number}").ToImmutableArray();
                var stale = await Task.WhenAll(keys.Select((key, number) => PublishUntilInAsync(srs[number % 2], key)));
                await srs.SlowDownAsync(TimeSpan.FromMilliseconds(60));
                var delays = keys.Select(_ => random.Next(200)).ToArray();
                var killAfter = random.Next(30, 500);
                var returning = Task.WhenAll(keys.Select(async (key, number) =>
                {
                    await Task.Delay(delays[number]);
                    return await PublishUntilInAsync(srs[number % 2], key);
                }));
                await Task.Delay(killAfter);
                await program.KillAsync();
                await srs.SlowDownAsync(TimeSpan.Zero);
                var (answered, sent) = (stale.Count(encoder => encoder.Closed.IsCompleted), (await srs.DeletesAsync()).Length);
                await program.DisposeAsync();
                program = await SupervisorProcess.ServeAsync(folder);
                var back = await returning.WaitAsync(Eventually.Patience);
                log.WriteLine($"round {round}: killed after {killAfter} ms with {answered} of {Keys} old sessions gone and {sent} DELETEs sent in all");
                for (var number = 0; number < Keys; number++)
                {
                    await CheckAsync(srs, api, keys[number], back[number]);
                }
            }

            (await srs.BusyAsync()).ShouldBe(0);
        }
        finally
        {
            await program.DisposeAsync();
            log.WriteLine(program.Output);
        }
    }

    /// <summary>An encoder in a loop, as boxes do it.</summary>
    private static async Task<EncoderEnd> PublishUntilInAsync(SimulatedSrsServer server, string key)
    {
        EncoderEnd? encoder = null;
        await Eventually.HoldsAsync($"{key} is in", async () =>
        {
            encoder = await EncoderEnd.DialAsync(server);
            return await encoder.PublishAsync(key) == PublishOutcome.Started;
        });
        return encoder!;
    }

    private static async Task CheckAsync(SrsServers srs, SupervisorApiClient api, string key, EncoderEnd back)
    {
        ApiAnswer<StreamView> seen = default;
        try
        {
            await Eventually.HoldsAsync($"{key} is settled", async () =>
                (seen = await api.GetStreamAsync(StreamKey.Parse(key), CancellationToken.None)).Value is
                { State: "live", Evictions: [], Handover: null, Session: { } session } && session.ClientId == back.ClientId);
        }
        catch (ShouldAssertException unsettled)
        {
            var stream = seen.Value;
            throw new ShouldAssertException($"{unsettled.Message} {back.ClientId} came in, its connection is {back.Closed.Status}; "
                + $"{seen.Problem?.Detail}{stream?.State}, session {stream?.Session?.ClientId}, handover to {stream?.Handover?.To.ClientId}, "
                + $"{stream?.Evictions.Count} evictions.\n{Story(await Platform.TimelineAsync(api, key))}", unsettled);
        }

        var timeline = await Platform.TimelineAsync(api, key);
        var story = Story(timeline);
        (await srs.ActiveAsync(key)).ShouldBe([back.ClientId], story);
        for (var (index, before) = (0, 0L); index < timeline.Length; before = timeline[index++].Sequence)
        {
            // The next event of its row, or the first of the next row: none is missing.
            timeline[index].Sequence.ShouldBeOneOf(before + 1, ((before / 1000) + 1) * 1000);
        }

        var generations = timeline.Where(entry => entry.Kind is "admitted" or "session-adopted").Select(entry => entry.Generation!.Value).ToArray();
        generations.ShouldBe(Enumerable.Range(1, generations.Length).Select(number => (long)number), story);

        // A DELETE is for a session that the journal ordered away before, and whoever is on air now was never asked to leave.
        var clients = timeline.Select(entry => entry.Attempt?.ClientId).Where(id => id is not null).ToHashSet();
        foreach (var delete in (await srs.DeletesAsync()).Where(delete => clients.Contains(delete.ClientId)))
        {
            delete.ClientId.ShouldNotBe(back.ClientId, story);
            timeline.ShouldContain(entry => IsOrderFor(entry, delete), $"a DELETE of {delete.ClientId} at {delete.At:HH:mm:ss.fff}\n{story}");
        }
    }

    private static string Story(IEnumerable<TimelineEntry> timeline) =>
        string.Join('\n', timeline.Select(entry => $"{entry.Sequence,4} {entry.At:HH:mm:ss.fff} {entry.Kind}: {entry.Text}"));

    private static bool IsOrderFor(TimelineEntry entry, SimulatedDelete delete) =>
        entry is { Kind: "eviction-ordered", Attempt: { } of } && of.ClientId == delete.ClientId && of.ServiceId == delete.ServiceId && entry.At <= delete.At;
}
