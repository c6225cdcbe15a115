using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Management;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.TestKit.Metrics;

namespace StreamSupervisor.Tests.Observability;

/// <summary>Counters are the process's: each test counts at servers of its own.</summary>
public sealed class AdmissionTelemetryTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private readonly PrometheusExporter _exporter = new();
    private readonly string _origin = Guid.NewGuid().ToString("N");

    [Fact]
    public void A_takeover_on_one_server_is_a_busy_that_was_prevented()
    {
        Appended(new EvictionFinished(Now, Session("old"), ReleaseProof.Closed, Now - TimeSpan.FromMilliseconds(20)), AdmittedAfterHandover("new"));

        Value("streamsupervisor_busy_prevented_total").ShouldBe(1);
        Value("streamsupervisor_admissions_total", ("rule", "handover-done")).ShouldBe(1);
        Value("streamsupervisor_takeover_duration_seconds_sum", ("place", "same-server")).ShouldBe(0.02, 0.0001);
    }

    [Fact]
    public void A_takeover_from_another_server_prevents_no_busy_for_that_one_would_have_said_yes()
    {
        Appended(new EvictionFinished(Now, Session("old") with { ServerId = "other" }, ReleaseProof.ClientGone, Now), AdmittedAfterHandover("new"));

        Value("streamsupervisor_busy_prevented_total").ShouldBe(0);
        Value("streamsupervisor_takeover_duration_seconds_count", ("place", "other-server")).ShouldBe(1);
    }

    [Fact]
    public void A_server_that_was_restarted_meanwhile_had_forgotten_the_session()
    {
        Appended(new EvictionFinished(Now, Session("old"), ReleaseProof.ProcessReplaced, Now), AdmittedAfterHandover("new"));

        Value("streamsupervisor_busy_prevented_total").ShouldBe(0);
    }

    [Fact]
    public void An_admission_to_a_free_key_is_neither_a_takeover_nor_a_hold()
    {
        Appended(new Admitted(Now, By("new"), 1, AdmissionRule.KeyFree, AskedIn.OnPublish, Now, Now, SameBroadcast: false));

        Value("streamsupervisor_admissions_total", ("rule", "key-free")).ShouldBe(1);
        Value("streamsupervisor_takeover_duration_seconds_count").ShouldBe(0);
    }

    [Fact]
    public void A_busy_that_srs_said_all_the_same_is_seen_by_when_it_said_it()
    {
        Appended(new PublisherLost(Now, Session("a"), _origin, LossCause.BusySeen, null, NeverActive: true));
        Appended(new EvictionOrdered(Now, By("b"), EvictionCause.RefusedUnseen, null));
        Appended(new PublisherLost(Now, Session("c"), _origin, LossCause.Unpublished, null, NeverActive: false));

        Value("streamsupervisor_busy_seen_total", ("seen", "after-admission")).ShouldBe(1);
        Value("streamsupervisor_busy_seen_total", ("seen", "before-hook")).ShouldBe(1);
    }

    [Fact]
    public void A_hold_that_ended_in_a_no_is_a_hold_and_a_refusal()
    {
        var before = (Value("streamsupervisor_hold_duration_seconds_count", ("result", "hold-exhausted")), Value("streamsupervisor_refusals_total", ("reason", "locked")));
        Appended(new AttemptRefused(Now, By("a"), 1, RefusalReason.HoldExhausted, null, AskedIn.OnPublish, Now - TimeSpan.FromSeconds(2.5)));
        Appended(new AttemptRefused(Now, By("b"), 1, RefusalReason.Locked, null, AskedIn.OnPublish, Now));

        (Value("streamsupervisor_hold_duration_seconds_count", ("result", "hold-exhausted")) - before.Item1).ShouldBeGreaterThanOrEqualTo(1);
        (Value("streamsupervisor_refusals_total", ("reason", "locked")) - before.Item2).ShouldBeGreaterThanOrEqualTo(1);
    }

    public void Dispose() => _exporter.Dispose();

    private static void Appended(params LiveStreamEvent[] events) => AdmissionTelemetry.Instance.Appended(events);

    private Admitted AdmittedAfterHandover(string client) =>
        new(Now, By(client), 2, AdmissionRule.HandoverDone, AskedIn.OnPublish, Now - TimeSpan.FromMilliseconds(30), Now, SameBroadcast: true);

    private Publisher By(string client) => new(Session(client), _origin, "203.0.113.9", "key");

    private static SessionId Session(string client) => new("server", "process", client);

    private double Value(string name, params (string Name, string Value)[] labels) => PrometheusPage.Parse(_exporter.Scrape())
        .SelectMany(family => family.Samples)
        .Where(sample => sample.Name == name && sample.Labels.GetValueOrDefault("origin", _origin) == _origin
            && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value))
        .Sum(sample => sample.Value);
}
