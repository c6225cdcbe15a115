using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

public sealed class SimulatedSrsServerTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    [Fact]
    public async Task The_api_is_served_over_http_with_the_headers_of_srs()
    {
        await using var server = await SimulatedSrsServer.StartAsync(new SimulatedSrsOptions(), hookUrl: null);
        using var versions = await Client.GetAsync(server.ApiAddress + "/api/v1/versions");
        versions.StatusCode.ShouldBe(HttpStatusCode.OK);
        versions.Headers.Server.ToString().ShouldBe("SRS/6.0.157(Hang)");
        versions.Headers.ConnectionClose.ShouldBe(true);
        versions.Content.Headers.ContentType!.ToString().ShouldBe("application/json");
        versions.Content.Headers.ContentLength.ShouldNotBeNull();
        using var body = JsonDocument.Parse(await versions.Content.ReadAsStringAsync());
        body.RootElement.GetProperty("data").GetProperty("revision").GetInt32().ShouldBe(157);

        using var redirect = await Client.GetAsync(server.ApiAddress + "/api/v1/streams");
        redirect.StatusCode.ShouldBe(HttpStatusCode.Found);
        redirect.Headers.Location!.ToString().ShouldBe("/api/v1/streams/");

        await server.RunAsync(core => core.ApiFault = ApiFault.Down);
        await Should.ThrowAsync<HttpRequestException>(() => Client.GetAsync(server.ApiAddress + "/api/v1/versions"));
    }

    [Fact]
    public async Task A_password_is_asked_for_without_a_body()
    {
        await using var server = await SimulatedSrsServer.StartAsync(new SimulatedSrsOptions { Username = "u", Password = "p" }, hookUrl: null);
        using var refused = await Client.GetAsync(server.ApiAddress + "/api/v1/versions");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers.WwwAuthenticate.ToString().ShouldBe("Basic");
        (await refused.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200, "0", true)]
    [InlineData(201, "{\"code\":0}", true)]
    [InlineData(200, "\uFEFF {\"code\": 0, \"msg\": \"fine\"}\n", true)]
    [InlineData(200, "{\"code\":4001,\"msg\":\"no\"}", false)]
    [InlineData(200, "{\"code\":\"0\"}", false)]
    [InlineData(200, "{\"code\":0.0}", false)]
    [InlineData(200, "\"0\"", false)]
    [InlineData(200, "0.0", false)]
    [InlineData(200, "{}", false)]
    [InlineData(200, "", false)]
    [InlineData(202, "{\"code\":0}", false)]
    [InlineData(204, "", false)]
    [InlineData(500, "{\"code\":0}", false)]
    public async Task Only_zero_from_200_or_201_is_a_yes(int status, string body, bool accepted)
    {
        await using var receiver = await HookReceiver.StartAsync(_ => (status, body));
        await using var server = await SimulatedSrsServer.StartAsync(new SimulatedSrsOptions(), receiver.Url);
        var outcome = await server.RunAsync(core => core.Connect("127.0.0.1")!.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "?token=x"));
        outcome.ShouldBe(accepted ? PublishOutcome.Started : PublishOutcome.RefusedByHook);
    }

    [Fact]
    public async Task Hooks_go_out_as_srs_sends_them()
    {
        await using var receiver = await HookReceiver.StartAsync(_ => (200, "0"));
        await using var server = await SimulatedSrsServer.StartAsync(new SimulatedSrsOptions { Model = SrsModel.V5 }, receiver.Url);
        await server.RunAsync(core => core.Connect("127.0.0.1")!.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "?token=x&y=1"));
        var hooks = receiver.Hooks;
        hooks.Select(hook => hook.Action).ShouldBe([HookActions.OnConnect, HookActions.OnPublish]);
        var recorded = Recordings.Load("v5", "hooks").GetProperty("on_publish").GetProperty("headers");
        foreach (var header in recorded.EnumerateObject().Where(header => header.Name is not ("Host" or "Content-Length")))
        {
            hooks[1].Headers[header.Name].ShouldBe(header.Value.GetString(), StringCompareShould.IgnoreCase);
        }

        hooks[1].Headers.Keys.Order(StringComparer.Ordinal).ShouldBe(recorded.EnumerateObject().Select(header => header.Name).Order(StringComparer.Ordinal));
        hooks.Select(hook => hook.Port).Distinct().Count().ShouldBe(2, "a new connection each");
        hooks[1].Body.ShouldContain("\"param\":\"?token=x&y=1\"");
    }

    [Fact]
    public async Task Several_urls_are_asked_in_turn_and_all_must_say_yes()
    {
        await using var yes = await HookReceiver.StartAsync(_ => (200, "0"));
        await using var no = await HookReceiver.StartAsync(_ => (200, "1"));
        await using var never = await HookReceiver.StartAsync(_ => (200, "0"));
        var urls = new Dictionary<string, ImmutableArray<Uri>> { [HookActions.OnPublish] = [yes.Url, no.Url, never.Url] };
        await using var server = await SimulatedSrsServer.StartAsync(new SimulatedSrsOptions(), urls);
        var outcome = await server.RunAsync(core => core.Connect("127.0.0.1")!.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", ""));
        outcome.ShouldBe(PublishOutcome.RefusedByHook);
        (yes.Hooks.Count, no.Hooks.Count, never.Hooks.Count).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task A_fleet_runs_encoders_on_several_servers_and_starts_over()
    {
        var options = new[] { "srs-1", "srs-2" }.Select(id => new SimulatedSrsOptions { ServerId = id });
        await using var fleet = await SimulatedFleet.StartAsync(options);
        await using var receiver = await HookReceiver.StartAsync(_ => (200, "0"));
        await fleet.SendHooksToAsync(_ => receiver.Url);
        await fleet.StartEncoderAsync(new EncoderOptions { Name = "a", Key = new("live", "a") }, 0);
        await fleet.StartEncoderAsync(new EncoderOptions { Name = "b", Key = new("live", "b") }, 1);
        await receiver.Until(() => receiver.Hooks.Count(hook => hook.Action == HookActions.OnPublish) == 2);
        // The encoders hear of it in the context of the fleet, a moment after the answer was sent.
        var reports = await fleet.ReportAsync();
        while (!reports.All(report => report.IsOnAir))
        {
            reports = await fleet.ReportAsync();
        }

        reports.Select(report => report.Server).ShouldBe(["srs-1", "srs-2"]);
        (await fleet.StartOverAsync()).Length.ShouldBe(2);
        (await fleet.ReportAsync()).ShouldBeEmpty();
        (await fleet.Servers[0].RunAsync(core => core.ActivePublishers(new("live", "a")).Count)).ShouldBe(0);
    }

    private sealed record Received(string Action, string Body, Dictionary<string, string> Headers, int Port);

    private sealed class HookReceiver : IAsyncDisposable
    {
        private readonly WebApplication web;
        private readonly List<Received> hooks = [];
        private readonly Lock gate = new();
        private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private HookReceiver(WebApplication web) => this.web = web;

        public Uri Url { get; private set; } = null!;

        public IReadOnlyList<Received> Hooks
        {
            get
            {
                lock (gate)
                {
                    return [.. hooks];
                }
            }
        }

        public static async Task<HookReceiver> StartAsync(Func<string, (int Status, string Body)> answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var receiver = new HookReceiver(builder.Build());
            receiver.web.Run(async http =>
            {
                using var reader = new StreamReader(http.Request.Body);
                var body = await reader.ReadToEndAsync();
                using var json = JsonDocument.Parse(body);
                receiver.Add(new Received(json.RootElement.GetProperty("action").GetString()!, body,
                    http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()), http.Connection.RemotePort));
                var (status, text) = answer(body);
                http.Response.StatusCode = status;
                if (status != StatusCodes.Status204NoContent)
                {
                    await http.Response.WriteAsync(text);
                }
            });
            await receiver.web.StartAsync();
            var address = receiver.web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            receiver.Url = new Uri(address + "/hooks");
            return receiver;
        }

        public async Task Until(Func<bool> condition)
        {
            while (true)
            {
                Task next;
                lock (gate)
                {
                    next = changed.Task;
                }

                if (condition())
                {
                    return;
                }

                await next.WaitAsync(TimeSpan.FromSeconds(20));
            }
        }

        public ValueTask DisposeAsync() => web.DisposeAsync();

        private void Add(Received hook)
        {
            lock (gate)
            {
                hooks.Add(hook);
                changed.SetResult();
                changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
