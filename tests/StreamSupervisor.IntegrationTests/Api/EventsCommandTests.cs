using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Api;

public class EventsCommandTests
{
    private static readonly StreamKey Cam2 = StreamKey.Parse("live/cam2");
    private static readonly KeyLocked Locked = new(Given.At(2000), "ops", "a rehearsal");
    private static readonly AttemptRefused Refused =
        new(Given.At(3000), Given.By("cam2aaaa", "srs-2"), 0, RefusalReason.Locked, null, AskedIn.OnPublish, Given.At(3000));

    [Fact]
    public async Task Events_are_told_oldest_first_with_their_keys()
    {
        await using var server = await ServerAsync();

        var (exitCode, output, error) = await RunAsync(server, "events", "--limit", "2");

        exitCode.ShouldBe(0, error);
        output.ShouldBe(
            """
            2026-07-04 12:00:02.000Z live/cam2: ops locked the key: a rehearsal
            2026-07-04 12:00:03.000Z live/cam2: Client cam2aaaa on srs-2 from 10.0.0.7 was refused at once: an operator locked the key; trying again does not help without a change.

            """);
    }

    [Fact]
    public async Task Why_tells_what_was_answered_and_what_to_do_in_the_language_of_the_asker()
    {
        await using var server = await ServerAsync();

        var (_, english, _) = await RunAsync(server, "why", "cam2aaaa");
        english.ShouldContain("was refused at once: an operator locked the key");
        english.ShouldContain($"permanent, {RefusalCatalog.Of(RefusalReason.Locked).Code} locked: {RefusalCatalog.Of(RefusalReason.Locked).English}");
        (await RunAsync(server, "why", "cam2aaaa", "--language", "zh")).Output.ShouldContain(RefusalCatalog.Of(RefusalReason.Locked).Chinese);
        (await RunAsync(server, "why", "nobody")).Output.ShouldStartWith("Nobody like that asked; searched back to 2026-07-04 11:59:51Z");
    }

    [Fact]
    public async Task Audit_tells_orders_and_nothing_else()
    {
        await using var server = await ServerAsync();

        (await RunAsync(server, "audit")).Output.ShouldBe($"2026-07-04 12:00:02.000Z live/cam2: ops locked the key: a rehearsal{Environment.NewLine}");
        (await RunAsync(server, "audit", "--by", "somebody")).Output.ShouldBe("");
    }

    [Fact]
    public async Task Events_are_followed_as_they_happen()
    {
        await using var server = await ServerAsync();
        using var stop = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new StringWriter());
        var following = CommandTree.RunAsync(
            ["events", "-f", "--kind", "key-unlocked", "--server", server.Address.ToString()], TextWriter.Synchronized(output), error, stop.Token);

        await Eventually.HoldsAsync("the event is told", async () =>
        {
            // Until it watches, nothing comes by itself; each is told once at most.
            await server.Entities.HappenedAsync(Cam2, new KeyUnlocked(Given.At(4000), "ops", "the show is over"));
            return output.ToString().Contains("live/cam2: ops unlocked the key: the show is over", StringComparison.Ordinal);
        });
        await stop.CancelAsync();

        (await following).ShouldBe(ExitCodes.Interrupted, error.ToString());
    }

    [Fact]
    public async Task Who_follows_before_anything_has_happened_misses_nothing_though_the_member_starts_anew()
    {
        await using var server = await ApiServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new StringWriter());
        var following = CommandTree.RunAsync(
            ["events", "-f", "-o", "wide", "--server", server.Address.ToString()], TextWriter.Synchronized(output), error, stop.Token);
        await Eventually.HoldsAsync("it watches", () => Task.FromResult(server.Watches > 0));

        await server.RestartAsync(() => server.Entities.HappenedAsync(Cam2, Locked));
        await Eventually.HoldsAsync("the first event is told", () => Task.FromResult(Ids().SequenceEqual(["1.0"])));
        await server.RestartAsync(() => server.Entities.HappenedAsync(Cam2, Refused));
        await Eventually.HoldsAsync("the next one is told", () => Task.FromResult(Ids().Contains("2.0")));
        await stop.CancelAsync();

        (await following).ShouldBe(ExitCodes.Interrupted, error.ToString());
        Ids().ShouldBe(["1.0", "2.0"], "nothing is told twice");

        List<string> Ids() => [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])];
    }

    [Fact]
    public async Task Who_follows_while_as_many_follow_as_may_waits_for_a_place()
    {
        await using var server = await ApiServer.StartAsync();
        var others = new List<HttpResponseMessage>();
        for (var i = 0; i < ApiServer.MostFeeds; i++)
        {
            using var watch = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/api/v1/events"));
            watch.Headers.Accept.ParseAdd("text/event-stream");
            others.Add(await server.Http.SendAsync(watch, HttpCompletionOption.ResponseHeadersRead));
            others[^1].StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var stop = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new StringWriter());
        var following = CommandTree.RunAsync(
            ["events", "-f", "--server", server.Address.ToString()], TextWriter.Synchronized(output), error, stop.Token);
        await Eventually.HoldsAsync("it was told that there is no place, and asks again",
            () => Task.FromResult(server.Watches >= ApiServer.MostFeeds + 2));
        await server.Entities.HappenedAsync(Cam2, Locked);
        others[0].Dispose();

        await Eventually.HoldsAsync("it has a place, and misses nothing",
            () => Task.FromResult(output.ToString().Contains("ops locked the key: a rehearsal", StringComparison.Ordinal)));
        await stop.CancelAsync();
        (await following).ShouldBe(ExitCodes.Interrupted, error.ToString());
        others[1].Dispose();
    }

    [Fact]
    public async Task What_answers_as_an_SRS_server_does_is_told_to_be_no_supervisor()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var srs = builder.Build();
        srs.Map("/{**path}", () => Results.Text(
            """{"code":0,"server":"vid-1","service":"s1","pid":"1","urls":{"versions":"the version of SRS"}}""", "application/json"));
        await srs.StartAsync();

        foreach (var command in new[] { "origins", "streams", "status", "events", "audit" })
        {
            var (output, error) = (new StringWriter(), new StringWriter());
            var exitCode = await CommandTree.RunAsync([command, "--server", srs.Urls.Single()], output, error);
            (exitCode, output.ToString()).ShouldBe((ExitCodes.Unreachable, ""), command);
            error.ToString().ShouldContain("is no supervisor", Case.Sensitive, command);
            error.ToString().TrimEnd().Split('\n').ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task Audit_goes_on_over_pages_until_it_has_all_that_was_asked_for()
    {
        const int orders = 1_100;
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedOftenAsync(Cam2, Locked, orders);
        await server.Entities.HappenedOftenAsync(Given.Cam1, Refused, orders);

        var (exitCode, output, error) = await RunAsync(server, "audit", "-o", "wide", "--limit", "2000");

        exitCode.ShouldBe(0, error);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])
            .ShouldBe(Enumerable.Range(1, orders).Select(number => $"{number}.0"));
        (await RunAsync(server, "audit", "--limit", "1050")).Output.Count(sign => sign == '\n').ShouldBe(1050);
    }

    [Fact]
    public async Task A_mistake_is_the_servers_sentence()
    {
        await using var server = await ServerAsync();

        var (exitCode, _, error) = await RunAsync(server, "events", "--kind", "nonsense");

        exitCode.ShouldBe(ExitCodes.Failed);
        error.ShouldStartWith("kind: There is no kind 'nonsense'; there are order, ");
    }

    private static async Task<ApiServer> ServerAsync()
    {
        var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());
        await server.Entities.HappenedAsync(Cam2, Locked, Refused);
        return server;
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(ApiServer server, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await CommandTree.RunAsync([.. arguments, "--server", server.Address.ToString()], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
