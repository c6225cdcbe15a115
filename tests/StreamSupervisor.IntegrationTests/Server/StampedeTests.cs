using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Twenty encoders want one key at the same moment.</summary>
public sealed class StampedeTests(ITestOutputHelper log)
{
    private const int Crowd = 20;

    public static TheoryData<string, bool> Families => new() { { "4", false }, { "5", false }, { "6", true }, { "7", false }, { "7t", true } };

    [Theory]
    [MemberData(nameof(Families))]
    public async Task One_publishes_afterwards_SRS_saw_no_StreamBusy_and_every_other_one_is_explained(string family, bool incumbentLives)
    {
        // On 7.0.62 and later the crowd is held in on_connect, which takes an app for publishers only or a credential.
        var settings = new PlatformSettings { Admission = new AdmissionOptions { Rules = { new AdmissionRuleOptions { Match = "ingest/*", PublishOnly = true } } } };
        await using var platform = await Platform.StartAsync(settings, ModelOf(family));
        using var stop = new CancellationTokenSource();
        var incumbent = await platform.PublishAsync(platform.Srs[0], "ingest/cam");
        var sending = incumbentLives ? incumbent.KeepSendingAsync(stop.Token) : Task.CompletedTask;

        var crowd = new List<EncoderEnd>();
        for (var one = 0; one < Crowd; one++)
        {
            crowd.Add(await EncoderEnd.DialAsync(platform.Srs[0]));
        }

        await Task.WhenAll(crowd.Select(encoder => encoder.PublishAsync("ingest/cam")));
        await Eventually.HoldsAsync("all but one are gone", () => Task.FromResult(crowd.Count(encoder => !encoder.Closed.IsCompleted) == 1));
        var winner = crowd.Single(encoder => !encoder.Closed.IsCompleted);
        var stream = await platform.StreamAsync("ingest/cam", stream => stream is { State: "live", Evictions: [] });
        var story = await platform.StoryAsync("ingest/cam");
        log.WriteLine(story);

        // SRS 4 tells the encoder that it is live before it asks us, and the key is live here before SRS has read our answer.
        await Eventually.HoldsAsync("the winner is on air", async () => (await platform.Srs.ActiveAsync("ingest/cam")).Contains(winner.ClientId));
        (await platform.Srs.ActiveAsync("ingest/cam")).ShouldBe([winner.ClientId], story);
        stream.Session!.ClientId.ShouldBe(winner.ClientId, story);
        (await incumbent.Closed).ShouldBe(CloseReason.Kicked);
        (await platform.Srs.BusyAsync()).ShouldBe(0, story);
        foreach (var loser in crowd.Where(encoder => encoder != winner))
        {
            var why = await platform.ExplainAsync("ingest/cam", loser.ClientId);
            if (why.Answer == "refused")
            {
                why.Reason.ShouldBe("superseded", story);
                (await loser.Closed).ShouldBe(CloseReason.RefusedByHook, story);
            }
            else
            {
                // It had its turn before the next one asked; then it stood in the way and was removed by that one's decision.
                why.Answer.ShouldBe("admitted", story);
                why.Events.ShouldContain(entry => entry.Kind == "eviction-ordered", story);
            }

            why.Text.En.ShouldContain(loser.ClientId);
            why.Text.Zh.ShouldContain(loser.ClientId);
        }

        var (exitCode, output, error) = await platform.CommandAsync("streams", "explain", "ingest/cam", "--client", winner.ClientId);
        exitCode.ShouldBe(0, error);
        output.ShouldContain("was admitted");
        await stop.CancelAsync();
        await sending;
    }

    private static SrsModel ModelOf(string family) => family switch
    {
        "4" => SrsModel.V4,
        "5" => SrsModel.V5,
        "6" => SrsModel.V6,
        "7" => SrsModel.V7,
        _ => SrsModel.V7Token,
    };
}
