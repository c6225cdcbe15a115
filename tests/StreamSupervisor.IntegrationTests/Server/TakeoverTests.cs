using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>An encoder that lost its network comes back while SRS still holds its old session.</summary>
public sealed class TakeoverTests
{
    private static PlatformSettings WithSecret => new()
    {
        Credentials = new CredentialOptions { Rules = { new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Secret, Primary = "correct-horse" } } },
    };

    [Fact]
    public async Task In_on_publish_the_stale_session_is_removed_and_the_encoder_is_in_at_its_first_try()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V4, SrsModel.V5, SrsModel.V6, SrsModel.V7);
        foreach (var (server, name) in platform.Srs.All.Zip(platform.Srs.Names))
        {
            var key = $"live/{name}";
            var stale = await platform.PublishAsync(server, key);
            var back = await platform.PublishAsync(server, key);

            (await stale.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked, name);
            (await platform.Srs.ActiveAsync(key)).ShouldBe([back.ClientId], name);
            var stream = (await platform.StreamAsync(key))!;
            stream.State.ShouldBe("live");
            stream.Generation.ShouldBe(2);
            stream.Session!.ClientId.ShouldBe(back.ClientId);
            (await platform.TimelineAsync(key)).Last(entry => entry.Kind == "admitted").AskedIn.ShouldBe("on-publish");
        }

        (await platform.Srs.BusyAsync()).ShouldBe(0);
        (await platform.Srs.DeletesAsync()).ShouldAllBe(delete => delete.Found);
    }

    [Fact]
    public async Task Where_the_busy_check_comes_first_a_credential_in_on_connect_brings_the_encoder_in_at_its_first_try()
    {
        await using var platform = await Platform.StartAsync(WithSecret, SrsModel.V7Token);
        var stale = await platform.PublishAsync(platform.Srs[0], "live/cam", "secret=correct-horse");
        var back = await platform.PublishAsync(platform.Srs[0], "live/cam", "secret=correct-horse");

        (await stale.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        (await platform.Srs.ActiveAsync("live/cam")).ShouldBe([back.ClientId]);
        (await platform.Srs.BusyAsync()).ShouldBe(0);
        (await platform.TimelineAsync("live/cam")).Where(entry => entry.Kind == "admitted").ShouldAllBe(entry => entry.AskedIn == "on-connect");
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret=guess")]
    public async Task Where_the_busy_check_comes_first_a_stranger_without_the_credential_clears_no_way(string param)
    {
        await using var platform = await Platform.StartAsync(WithSecret, SrsModel.V7Token);
        var publisher = await platform.PublishAsync(platform.Srs[0], "live/cam", "secret=correct-horse");
        (await (await EncoderEnd.DialAsync(platform.Srs[0])).PlayAsync("live/cam")).ShouldBe(PublishOutcome.Started);

        var stranger = await EncoderEnd.DialAsync(platform.Srs[0]);
        (await stranger.PublishAsync("live/cam", param)).ShouldBe(PublishOutcome.RefusedBusy);

        // Its on_close was answered before it heard of the refusal, so what came of it stands in the timeline now.
        (await platform.StreamAsync("live/cam"))!.Evictions.ShouldBeEmpty(await platform.StoryAsync("live/cam"));
        (await platform.TimelineAsync("live/cam")).ShouldNotContain(entry => entry.Kind == "eviction-ordered");
        (await platform.Srs.ActiveAsync("live/cam")).ShouldBe([publisher.ClientId]);
    }

    [Fact]
    public async Task Where_the_busy_check_comes_first_an_app_for_publishers_only_brings_the_encoder_in_at_its_first_try()
    {
        var settings = new PlatformSettings { Admission = new AdmissionOptions { Rules = { new AdmissionRuleOptions { Match = "ingest/*", PublishOnly = true } } } };
        await using var platform = await Platform.StartAsync(settings, SrsModel.V7Token);
        var stale = await platform.PublishAsync(platform.Srs[0], "ingest/cam");
        var back = await platform.PublishAsync(platform.Srs[0], "ingest/cam");

        (await stale.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        (await platform.Srs.ActiveAsync("ingest/cam")).ShouldBe([back.ClientId]);
        (await platform.Srs.BusyAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Where_the_busy_check_comes_first_an_encoder_without_proof_is_in_at_its_second_try()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V7Token);
        var stale = await platform.PublishAsync(platform.Srs[0], "live/cam");

        // The rule needs to know that this node reports its players: else one who leaves looks like an encoder that was refused.
        (await (await EncoderEnd.DialAsync(platform.Srs[0])).PlayAsync("live/cam")).ShouldBe(PublishOutcome.Started);
        var first = await EncoderEnd.DialAsync(platform.Srs[0]);
        (await first.PublishAsync("live/cam")).ShouldBe(PublishOutcome.RefusedBusy);

        (await stale.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        var second = await platform.PublishAsync(platform.Srs[0], "live/cam");
        (await platform.Srs.ActiveAsync("live/cam")).ShouldBe([second.ClientId]);
        (await platform.Srs.BusyAsync()).ShouldBe(1);
        (await platform.TimelineAsync("live/cam")).ShouldContain(entry => entry.Kind == "eviction-ordered" && entry.Cause == "refused-unseen");
    }
}
