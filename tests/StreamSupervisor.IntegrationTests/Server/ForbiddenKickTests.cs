using StreamSupervisor.Domain;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>A proxy in front of SRS's API lets people look, and forbids DELETE.</summary>
public sealed class ForbiddenKickTests
{
    private static readonly string[] Keys = ["live/one", "live/two"];

    [Fact]
    public async Task Kicks_that_are_forbidden_are_told_to_operators_once_and_to_encoders_until_they_are_allowed()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        using var settings = new ServeFolder(srs);
        await using var supervisor = await SupervisorProcess.ServeAsync(settings);
        await srs.SendHooksToAsync(settings.Address);
        using var api = settings.Api();
        using var http = new HttpClient();
        await srs[0].RunAsync(core => { core.ApiFault = ApiFault.ForbidsDelete; });

        // The encoder is not promised what cannot be.
        var stale = await EncoderEnd.DialAsync(srs[0]);
        (await stale.PublishAsync(Keys[0])).ShouldBe(PublishOutcome.Started);
        (await (await EncoderEnd.DialAsync(srs[0])).PublishAsync(Keys[1])).ShouldBe(PublishOutcome.Started);
        foreach (var key in Keys)
        {
            var back = await EncoderEnd.DialAsync(srs[0]);
            (await back.PublishAsync(key)).ShouldBe(PublishOutcome.RefusedByHook);
            (await api.ExplainAsync(StreamKey.Parse(key), back.ClientId, CancellationToken.None)).Value!.Reason.ShouldBe("kick-forbidden");
        }

        // Operators see it, and the server is not taken out for it.
        (await WhyAsync()).ShouldNotBeNull().ShouldContain("DELETE");
        var ready = await http.AnswerAsync(new HttpRequestMessage(HttpMethod.Get, $"{settings.Management}/ready"), []);
        ready.Status.ShouldBe(200);
        ready.Body.GetProperty("warnings").ToString().ShouldContain("DELETE");
        Said("are refused until SRS drops it").ShouldBe(1, supervisor.Output);
        Said("can't be removed now").ShouldBeLessThanOrEqualTo(1, supervisor.Output);

        // SRS drops the dead session by itself: the encoder is in, with kicks forbidden still.
        await stale.HangUpAsync();
        await Eventually.HoldsAsync("the encoder is in", async () =>
            await (await EncoderEnd.DialAsync(srs[0])).PublishAsync(Keys[0]) == PublishOutcome.Started);

        // And the other one when DELETE is let through.
        await srs[0].RunAsync(core => { core.ApiFault = ApiFault.None; });
        await Eventually.HoldsAsync("the other encoder is in", async () =>
            await (await EncoderEnd.DialAsync(srs[0])).PublishAsync(Keys[1]) == PublishOutcome.Started);
        await Eventually.HoldsAsync("the server is named no more", async () => await WhyAsync() is null);
        Said("its API allows kicks again").ShouldBe(1, supervisor.Output);

        async Task<string?> WhyAsync() => (await api.ListOriginsAsync(null, CancellationToken.None)).Value!.Origins.Single().Why;
        int Said(string what) => supervisor.Output.Split('\n').Count(line => line.Contains(what, StringComparison.Ordinal));
    }
}
