using System.Text.RegularExpressions;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Srs.Observability;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Metrics, traces and the log go to a collector where one is configured, and nowhere else.</summary>
[Collection(Collections.Spans)]
public sealed class OtlpTests
{
    private const string Secret = "correct-horse-battery";

    private static CredentialOptions WithSecret => new()
    {
        Rules = { new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Secret, Primary = Secret } },
    };

    [Theory]
    [InlineData("http/protobuf", "application/x-protobuf")]
    [InlineData("grpc", "application/grpc")]
    public async Task A_takeover_reaches_the_collector_as_metrics_and_as_a_trace_without_any_secret(string protocol, string type)
    {
        await using var collector = await OtlpReceiver.StartAsync(protocol);
        var settings = new PlatformSettings
        {
            Credentials = WithSecret,
            Telemetry = new TelemetryOptions { Otlp = new OtlpOptions { Endpoint = collector.Address, Protocol = protocol, Headers = "x-key=abc" } },
            Dashboard = new DashboardOptions { Links = new DashboardLinkOptions { Traces = "https://traces.example/{traceId}?x=1" } },
        };
        string shown;
        await using (var platform = await Platform.StartAsync(settings, SrsModel.V6))
        {
            await platform.PublishAsync(platform.Srs[0], "live/cam", $"?secret={Secret}");
            var encoder = await platform.PublishAsync(platform.Srs[0], "live/cam", $"?secret={Secret}");
            shown = await platform.Http.GetStringAsync($"/ui/why?key=live/cam&client={encoder.ClientId}");
            await platform.StreamAsync("live/cam", stream => stream is { State: "live", Generation: 2 });
        }

        collector.Requests.ShouldAllBe(request => request.Type == type && request.Key == "abc");
        var metrics = collector.Received("/v1/metrics");
        foreach (var name in new[] { "streamsupervisor.hooks.duration", "streamsupervisor.busy.prevented", "streamsupervisor.journal.append.duration", "service.name" })
        {
            metrics.ShouldContain(name);
        }

        var traces = collector.Received("/v1/traces");
        foreach (var span in new[] { "hook", "stream.ask", "stream.decide", "stream.persist", "stream.evict", "kick", "on_publish" })
        {
            traces.ShouldContain(span);
        }

        // The page of an attempt leads to a trace that was sent.
        var trace = Regex.Match(shown, "https://traces.example/(?<id>[0-9a-f]{32})\\?x=1", RegexOptions.None, TimeSpan.FromSeconds(5));
        trace.Success.ShouldBeTrue(shown);
        collector.Requests.Where(request => request.Path == "/v1/traces").Select(request => Convert.ToHexStringLower(request.Body)).ShouldContain(body => body.Contains(trace.Groups["id"].Value, StringComparison.Ordinal));

        (metrics + traces).ShouldNotContain(Secret);
        (metrics + traces).ShouldNotContain(SrsServers.TokenOf("srs-1"));
        metrics.ShouldNotContain("live/cam");
        collector.Received("/v1/logs").ShouldBeEmpty("nobody asked for the log");
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task The_log_reaches_the_collector_where_it_is_asked_for_from_the_start_to_the_end_and_without_any_secret(string protocol)
    {
        await using var collector = await OtlpReceiver.StartAsync(protocol);
        var settings = new PlatformSettings
        {
            Credentials = WithSecret,
            Telemetry = new TelemetryOptions { Otlp = new OtlpOptions { Endpoint = collector.Address, Protocol = protocol, Logs = true } },
        };
        await using (var platform = await Platform.StartAsync(settings, SrsModel.V6))
        {
            await platform.PublishAsync(platform.Srs[0], "live/cam", $"?secret={Secret}");
            await platform.PublishAsync(platform.Srs[0], "live/cam", $"?secret={Secret}");
            await platform.StreamAsync("live/cam", stream => stream is { State: "live", Generation: 2 });
            await platform.OrderAsync("live/cam", "lock", "a rehearsal");
        }

        var logs = collector.Received("/v1/logs");
        foreach (var told in new[] { "service.name", "Ready: 1 SRS server(s).", "ann ordered lock of ", "Stopped after " })
        {
            logs.ShouldContain(told);
        }

        logs.ShouldNotContain(Secret);
        logs.ShouldNotContain(SrsServers.TokenOf("srs-1"));
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_sent_whatever_the_environment_says()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address);
        try
        {
            await using (var platform = await Platform.StartAsync(SrsModel.V6))
            {
                Telemetry.Spans.HasListeners().ShouldBeFalse("nobody listens, so a span costs a look at a flag");
                await platform.PublishAsync(platform.Srs[0], "live/cam");
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
        }

        collector.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_nothing_but_its_data()
    {
        var settings = new PlatformSettings
        {
            Telemetry = new TelemetryOptions { Otlp = new OtlpOptions { Endpoint = FreePort.Address(), Timeout = TimeSpan.FromMilliseconds(200), Logs = true } },
        };
        await using var platform = await Platform.StartAsync(settings, SrsModel.V6);
        await platform.PublishAsync(platform.Srs[0], "live/cam");
        (await platform.Srs.ActiveAsync("live/cam")).Length.ShouldBe(1);
    }
}
