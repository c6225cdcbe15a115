using System.Net.Http.Json;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.TestKit.Metrics;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>What a scraper gets from the whole program.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task A_takeover_shows_in_the_metrics_under_the_names_of_srs_and_no_stream_key_does()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var before = await ScrapeAsync(platform);
        await platform.PublishAsync(platform.Srs[0], "live/very-secret-cam");
        await platform.PublishAsync(platform.Srs[0], "live/very-secret-cam");
        await platform.StreamAsync("live/very-secret-cam", stream => stream is { State: "live", Generation: 2 });

        var page = await ScrapeAsync(platform);

        Grown("streamsupervisor_busy_prevented_total", ("origin", "srs-1")).ShouldBeGreaterThanOrEqualTo(1);
        Grown("streamsupervisor_kicks_total", ("origin", "srs-1")).ShouldBeGreaterThanOrEqualTo(1);
        Grown("streamsupervisor_hooks_duration_seconds_count", ("action", "on_publish"), ("result", "allowed")).ShouldBeGreaterThanOrEqualTo(2);
        Grown("streamsupervisor_hold_duration_seconds_count", ("result", "admitted")).ShouldBeGreaterThanOrEqualTo(1);
        Grown("streamsupervisor_takeover_duration_seconds_count", ("place", "same-server")).ShouldBeGreaterThanOrEqualTo(1);
        Grown("streamsupervisor_journal_append_duration_seconds_count").ShouldBeGreaterThanOrEqualTo(2);
        Grown("streamsupervisor_credentials_checked_total", ("verdict", "not-required")).ShouldBeGreaterThanOrEqualTo(2);

        // A reading shows what the one before has asked for.
        await Eventually.HoldsAsync("the stream's shard is counted", async () => await ScrapeAsync(platform) is var later
            && Value(later, "streamsupervisor_shards_owned") >= 1 && Value(later, "streamsupervisor_shards_entities") >= 1);

        var service = await platform.Srs[0].RunAsync(core => core.ServiceId);

        // One for each supervisor in this process that looks at a server of these names: tests run beside each other.
        Value(page, "streamsupervisor_srs_state", ("server", "srs-1"), ("service", service), ("state", "up")).ShouldBeGreaterThanOrEqualTo(1);
        Value(page, "streamsupervisor_srs_state", ("server", "srs-1"), ("service", service), ("state", "down")).ShouldBe(0);
        Value(page, "streamsupervisor_srs_info", ("server", "srs-1"), ("service", service)).ShouldBeGreaterThanOrEqualTo(1);
        page.SelectMany(family => family.Samples).SelectMany(sample => sample.Labels.Values).ShouldAllBe(value => !value.Contains("very-secret", StringComparison.Ordinal));

        double Grown(string name, params (string Name, string Value)[] labels) => Value(page, name, labels) - Value(before, name, labels);
    }

    [Fact]
    public async Task A_supervisor_that_has_just_started_has_counted_nothing_and_shows_what_it_will_count()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        using var settings = new ServeFolder(srs);
        await using var supervisor = await SupervisorProcess.ServeAsync(settings);
        using var http = new HttpClient();

        var page = PrometheusPage.Parse(await http.GetStringAsync(new Uri(settings.Management + "/metrics")));

        foreach (var name in new[] { "fights", "busy_seen", "busy_prevented", "wedges", "kicks", "adoptions", "refusals", "admissions", "lease_suspensions", "members_deaths", "peers_changes" })
        {
            var samples = page.SelectMany(family => family.Samples).Where(sample => sample.Name == $"streamsupervisor_{name}_total").ToList();
            samples.ShouldNotBeEmpty(name);
            samples.ShouldAllBe(sample => sample.Value == 0, name);
        }

        foreach (var name in new[] { "journal_waiting", "peers_reachable", "shards_owned", "shards_entities" })
        {
            page.SelectMany(family => family.Samples).Count(sample => sample.Name == $"streamsupervisor_{name}").ShouldBe(1, name);
        }
    }

    [Fact]
    public async Task A_server_that_is_drained_is_in_the_state_draining_beside_up()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var service = await platform.Srs[0].RunAsync(core => core.ServiceId);
        Value(await ScrapeAsync(platform), "streamsupervisor_srs_state", ("service", service), ("state", "draining")).ShouldBe(0);

        using var answer = await platform.Http.PutAsJsonAsync(new Uri("/api/v1/origins/srs-1", UriKind.Relative), new { draining = true, by = "test", why = "maintenance" });
        answer.EnsureSuccessStatusCode();

        await Eventually.HoldsAsync("the server is draining", async () =>
            Value(await ScrapeAsync(platform), "streamsupervisor_srs_state", ("service", service), ("state", "draining")) is 1);
    }

    private static async Task<IReadOnlyList<PrometheusFamily>> ScrapeAsync(Platform platform) =>
        PrometheusPage.Parse(await platform.Http.GetStringAsync(new Uri(platform.Management + "/metrics")));

    private static double Value(IReadOnlyList<PrometheusFamily> page, string name, params (string Name, string Value)[] labels) => page
        .SelectMany(family => family.Samples)
        .Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value))
        .Sum(sample => sample.Value);
}
