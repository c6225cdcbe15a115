using System.Net;
using System.Net.Http.Headers;
using StreamSupervisor.Client;
using StreamSupervisor.IntegrationTests.Dashboard;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>
/// Answers that have no end of their own: feeds of pages, feeds of the API, encoders that wait for their turn. The web server waits for its
/// answers before it stops, and cuts them off after 30 s: an answer that was cut off has no end.
/// </summary>
public sealed class OpenStreamsTests
{
    private const int Pages = 8;

    [Fact]
    public async Task Whoever_watches_or_waits_is_let_go_when_the_program_is_asked_to_stop()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        using var folder = new ServeFolder(srs, "registrations.max-wait = 1m");
        await using var program = await SupervisorProcess.ServeAsync(folder);
        await srs.SendHooksToAsync(folder.Address);
        using var pages = new PageClient(folder.Address);
        using var http = new HttpClient { BaseAddress = new Uri(folder.Address), Timeout = Timeout.InfiniteTimeSpan };
        var client = new SupervisorClient(http, new SupervisorClientOptions { Addresses = [new Uri(folder.Address)] });

        // The server does not say whether its publisher is removed, so whoever announces itself for the key waits.
        (await (await EncoderEnd.DialAsync(srs[0])).PublishAsync("live/taken")).ShouldBe(PublishOutcome.Started);
        await srs.SlowDownAsync(TimeSpan.FromMinutes(1));
        var waiting = await client.RegisterAsync(new RegistrationRequest("live/taken", "second", 1));
        waiting.Decision.ShouldBe(RegistrationDecision.Wait);
        var registered = await client.RegisterAsync(new RegistrationRequest("live/free", "first", 1));
        registered.Decision.ShouldBe(RegistrationDecision.Publish);

        var asks = http.GetAsync(new Uri($"/api/v1/registrations/{waiting.RegistrationId}?wait=60s", UriKind.Relative));
        List<StreamReader> open =
        [
            await StreamAsync("/api/v1/events"),
            await StreamAsync($"/api/v1/registrations/{registered.RegistrationId}/events"),
            await StreamAsync($"/api/v1/registrations/{waiting.RegistrationId}/events"),
        ];
        for (var page = 0; page < Pages; page++)
        {
            open.Add(await pages.FeedAsync());
        }

        foreach (var stream in open)
        {
            (await stream.ReadLineAsync()).ShouldNotBeNull();
        }

        asks.IsCompleted.ShouldBeFalse();
        program.Terminate();

        // An answer that was cut off throws here.
        await Task.WhenAll(open.Select(stream => stream.ReadToEndAsync())).WaitAsync(Eventually.Patience);
        using var answer = await asks.WaitAsync(Eventually.Patience);
        (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldSatisfyAllConditions(
            one => one.StatusCode.ShouldBe(HttpStatusCode.OK), one => one.Item2.ShouldContain("\"wait\""));
        (await program.ExitCodeAsync()).ShouldBe(ExitCodes.Ok, program.Output);
        open.ForEach(stream => stream.Dispose());

        async Task<StreamReader> StreamAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            return new StreamReader(await response.Content.ReadAsStreamAsync());
        }
    }
}
