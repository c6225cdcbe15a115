using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StreamSupervisor.IntegrationTests.Journal;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Webhooks;

/// <summary>What happens beside the streams is told by a whole supervisor: its servers and its quarantines. Members: see
/// <see cref="WebhooksAcrossMembersTests"/>.</summary>
public sealed class NoticesToldTests
{
    [Fact]
    public async Task A_server_that_goes_and_comes_back_is_told_and_a_person_goes_past_the_one_that_is_never_taken()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var platform = await PlatformAsync(receiver);
        receiver.Answer = message => Task.FromResult(
            message.Type == "origin.down" ? StatusCodes.Status410Gone : StatusCodes.Status204NoContent);
        await platform.Srs[0].RunAsync(core => { core.ApiFault = ApiFault.Down; });
        await Eventually.HoldsAsync("it is parked", async () => (await StateAsync(platform)).GetProperty("state").GetString() == "parked");
        var down = receiver.Messages.Single(message => message.Type == "origin.down");
        down.Subject.ShouldBe("srs-1");
        down.Event.GetProperty("data").GetProperty("why").GetString().ShouldNotBeNullOrEmpty();
        (await platform.CommandAsync("webhooks", "list", "--json")).Output.ShouldContain(down.Id);
        (await StateAsync(platform)).GetProperty("behind").GetInt64().ShouldBeGreaterThan(0);

        await platform.Srs[0].RunAsync(core => { core.ApiFault = ApiFault.None; });
        var (exitCode, _, error) = await platform.CommandAsync("webhooks", "redeliver", "ours", "--why", "we never take it", "--after", down.Id);

        exitCode.ShouldBe(0, error);
        await Eventually.HoldsAsync("its return is told", () => Task.FromResult(receiver.Taken.Any(message => message.Type == "origin.up")));
        receiver.Messages.Count(message => message.Type == "origin.down").ShouldBe(1);
    }

    [Fact]
    public async Task A_quarantine_is_told_and_its_end_too_though_the_member_that_found_it_was_started_anew()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var platform = await PlatformAsync(receiver);
        await platform.PublishAsync(platform.Srs[0], "live/cam1");
        await Eventually.HoldsAsync("the publisher is told", () => Task.FromResult(Told().SequenceEqual(["stream.started"])));

        await platform.RestartAsync(file => StoreFixture.ExecuteAsync(file,
            """
            CREATE TABLE kept AS SELECT ordering, message FROM event_journal WHERE persistence_id LIKE '%/live/cam1';
            UPDATE event_journal SET message = x'7b' WHERE ordering IN (SELECT ordering FROM kept);
            DELETE FROM event_snapshot WHERE persistence_id LIKE '%/live/cam1'
            """));
        (await platform.StreamAsync("live/cam1")).ShouldBeNull("nobody can read it");
        await Eventually.HoldsAsync("the quarantine is told", () => Task.FromResult(Told()[^1] == "stream.quarantined"));
        var quarantined = receiver.Taken[^1];
        quarantined.Subject.ShouldBe("__defaultVhost__/live/cam1");
        quarantined.Event.GetProperty("data").GetProperty("why").GetString().ShouldNotBeNullOrEmpty();

        await platform.RestartAsync(file => StoreFixture.ExecuteAsync(file,
            """
            UPDATE event_journal SET message = kept.message FROM kept WHERE kept.ordering = event_journal.ordering;
            DROP TABLE kept
            """));
        await Eventually.HoldsAsync("its end is told", () => Task.FromResult(Told().Contains("stream.quarantine-over")));
        Told().Count(type => type.StartsWith("stream.quarantine", StringComparison.Ordinal)).ShouldBe(2);
        receiver.Faults.ShouldBeEmpty();

        List<string> Told() => [.. receiver.Taken.Select(message => message.Type).Where(type => type.StartsWith("stream.", StringComparison.Ordinal))];
    }

    private static async Task<Platform> PlatformAsync(WebhookReceiver receiver)
    {
        var platform = await Platform.StartAsync(new PlatformSettings
        {
            Sweep = new SweepOptions { Interval = TimeSpan.FromMilliseconds(500) },
            Webhooks = { new WebhookOptions { Name = "ours", Url = receiver.UrlOf(), Secret = WebhookReceiver.Secret } },
        }, SrsModel.V6);
        await Eventually.HoldsAsync("it is known", async () => (await StateAsync(platform)).GetProperty("state").GetString() == "active");
        return platform;
    }

    private static async Task<JsonElement> StateAsync(Platform platform) =>
        (await platform.Http.GetFromJsonAsync<JsonElement>("/api/v1/webhooks")).GetProperty("webhooks")[0];
}
