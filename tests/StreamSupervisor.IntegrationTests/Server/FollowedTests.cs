using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Players of an origin cluster: each server asks the supervisor for a stream that it does not have, and sends them there.</summary>
public sealed class FollowedTests
{
    [Fact]
    public async Task Players_are_sent_to_the_server_that_has_the_stream_over_ten_takeovers_and_nothing_is_written_for_them()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6, SrsModel.V7);
        await platform.Srs.AskAsync(platform.Address);
        (await PlayAsync(platform.Srs[0])).ShouldBe((PublishOutcome.Closed, null), "nobody publishes it");

        var on = await platform.PublishAsync(platform.Srs[0], "live/cam");
        for (var takeover = 1; takeover <= 10; takeover++)
        {
            var (has, other) = (platform.Srs[(takeover + 1) % 2], platform.Srs[takeover % 2]);
            (await PlayAsync(has)).ShouldBe((PublishOutcome.Started, null));
            await Eventually.HoldsAsync("the other server sends its players there", async () =>
                await PlayAsync(other) == (PublishOutcome.Redirected, AddressOf(platform, has)));

            on = await platform.ComeBackAsync(other, "live/cam");
        }

        await platform.StreamAsync("live/cam", stream => stream is { Evictions.Count: 0, Session.Confirmed: true });
        var entries = (await platform.TimelineAsync("live/cam")).Length;
        (await PlayAsync(platform.Srs[1])).Outcome.ShouldBe(PublishOutcome.Redirected);
        (await platform.TimelineAsync("live/cam")).Length.ShouldBe(entries);

        (await platform.Http.GetStringAsync(new Uri(platform.Management + "/metrics")))
            .ShouldContain("streamsupervisor_coworkers_questions_total{answer=\"redirected\"}");

        await on.HangUpAsync();
        await platform.StreamAsync("live/cam", stream => stream.Session is null);
        (await PlayAsync(platform.Srs[1])).ShouldBe((PublishOutcome.Closed, null), "it may come back on any server");
    }

    [Fact]
    public async Task While_it_moves_players_are_sent_to_the_next_server_once_its_encoder_is_admitted()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V5, SrsModel.V5, SrsModel.V5);
        await platform.Srs.AskAsync(platform.Address);
        await platform.PublishAsync(platform.Srs[0], "live/cam");
        await Eventually.HoldsAsync("the other servers send their players there", async () =>
            await PlayAsync(platform.Srs[2]) == (PublishOutcome.Redirected, AddressOf(platform, platform.Srs[0])));
        await platform.Srs.SlowDownAsync(TimeSpan.FromMilliseconds(300));
        var next = await EncoderEnd.DialAsync(platform.Srs[1]);
        var publishing = next.PublishAsync("live/cam");
        await platform.StreamAsync("live/cam", stream => stream.Handover is not null);

        (await PlayAsync(platform.Srs[2])).ShouldBe((PublishOutcome.Redirected, AddressOf(platform, platform.Srs[1])));

        (await publishing).ShouldBe(PublishOutcome.Started, await platform.StoryAsync("live/cam"));
        (await platform.StreamAsync("live/cam"))!.Handover.ShouldBeNull();
    }

    [Fact]
    public async Task Where_nothing_is_decided_yet_players_are_sent_on_all_the_same()
    {
        await using var platform = await Platform.StartAsync(
            new PlatformSettings { Admission = new AdmissionOptions { Mode = AdmissionMode.Observe } }, SrsModel.V6, SrsModel.V6);
        await platform.Srs.AskAsync(platform.Address);
        await platform.PublishAsync(platform.Srs[0], "live/cam");
        await Eventually.HoldsAsync("the other server sends its players there", async () =>
            await PlayAsync(platform.Srs[1]) == (PublishOutcome.Redirected, AddressOf(platform, platform.Srs[0])));
    }

    private static async Task<(PublishOutcome Outcome, string? To)> PlayAsync(SimulatedSrsServer server)
    {
        var player = await EncoderEnd.DialAsync(server, "198.51.100.1");
        var outcome = await player.PlayAsync("live/cam");
        await player.HangUpAsync();
        return (outcome, player.RedirectedTo);
    }

    private static string AddressOf(Platform platform, SimulatedSrsServer server) =>
        $"rtmp://{SrsServers.PlayAddressOf(platform.Srs.Names[platform.Srs.All.IndexOf(server)])}/live/cam";
}
