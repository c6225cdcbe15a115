using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Akka.Actor;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Coworkers;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Management;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.Server.Webhooks;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;
using StreamSupervisor.TestKit.Metrics;

namespace StreamSupervisor.Tests.Observability;

/// <summary>
/// The names, labels and meanings of all metrics stand in <c>src/StreamSupervisor.Server/Observability/metrics.md</c>: dashboards and alarms are built on them, so a change of one shows
/// in review.
/// </summary>
public sealed partial class MetricsDocumentTests
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public async Task The_document_lists_every_metric_as_it_is_exported()
    {
        var families = await ExportEverythingAsync();
        var table = string.Join('\n', families.Select(family =>
            $"| `{family.Name}` | {family.Type} | {LabelsOf(family)} | {family.Help} |"));

        var document = await File.ReadAllTextAsync(Path.Combine(s_root, "src", "StreamSupervisor.Server", "Observability", "metrics.md"));
        document[(document.IndexOf("|---|", StringComparison.Ordinal) + "|---|---|---|---|\n".Length)..].TrimEnd().ShouldBe(table);
    }

    [Fact]
    public async Task Every_instrument_in_the_source_is_exported_under_one_convention_and_says_what_it_means()
    {
        var families = await ExportEverythingAsync();
        var names = families.Select(family => family.Name).ToHashSet();
        var created = Directory.GetFiles(Path.Combine(s_root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("StreamSupervisor.Client", StringComparison.Ordinal)) // a package of its own, in the encoder's process
            .SelectMany(path => Instrument().Matches(File.ReadAllText(path)).Select(match => match.Groups["name"].Value))
            .ToList();

        created.Count.ShouldBe(families.Count);
        created.ShouldBeUnique();
        foreach (var name in created)
        {
            name.ShouldMatch(@"^(streamsupervisor|process|dotnet)(\.[a-z]+)+$");
            names.ShouldContain(exported => exported.StartsWith(name.Replace('.', '_'), StringComparison.Ordinal), name);
        }

        families.ShouldAllBe(family => family.Help.EndsWith('.'));
        families.SelectMany(family => family.Samples).SelectMany(sample => sample.Labels.Keys).Distinct().ShouldAllBe(label => label != "key" && label != "stream");
    }

    /// <summary>Lets everything that measures measure once.</summary>
    private static async Task<IReadOnlyList<PrometheusFamily>> ExportEverythingAsync()
    {
        using var exporter = new PrometheusExporter();
        using var member = new MemberMetrics(() => 1, () => 1, () => 1);
        member.Beat(TimeSpan.Zero);
        member.Condemned();
        member.Suspended();
        member.RolledBack();
        member.PeerChanged(PeerChange.Joined);
        ForwardTelemetry.Answered(TimeSpan.Zero, AskStatus.Answered);
        AdmissionTelemetry.Orphaned("srs-1");
        WebhookTelemetry.Begin(["0"]);
        using var webhooks = new WebhookGauges();
        webhooks.Note([("0", new WebhookRow("url/0", 1, 0, 0, IsParked: false, 0, null, null, null, 0, null))]);
        using var process = new ProcessGauges();
        using var expiry = new ExpiryGauges(
            new ApiCallers(new ApiOptions { Keys = [new() { Name = "a", Key = "0123456789abcdef", Expires = "2026-12-31" }] }),
            () => null, members: null, TimeProvider.System);

        HookTelemetry.Begin();
        HookTelemetry.Answered(HookAction.OnPublish, "allowed", TimeSpan.Zero);
        CoworkerTelemetry.Answered(new StreamLocation.On("srs-1"));
        SrsTelemetry.ApiCalled("srs-1", "GET", "answered", TimeSpan.Zero);
        KickTelemetry.Kick("srs-1", null)?.Dispose();
        AdmissionTelemetry.Appended(TimeSpan.Zero);
        JournalTelemetry.Batch(1);
        new CredentialGate(new CredentialOptions(), new RegistrationCredential(new() { Primary = "0123456789abcdef0123456789abcdef" })).Check(new StreamKey("v", "live", "cam"), "", "", Now);
        AdmissionTelemetry.Count(
            new LiveStreamState
            {
                Key = StreamKey.Parse("live/cam"),
                Evictions = [new Eviction(By with { Session = By.Session with { ClientId = "old" } }, EvictionCause.Takeover, Now, Stalled: false)],
            },
        [
            new EvictionFinished(Now, By.Session with { ClientId = "old" }, ReleaseProof.Closed, Now),
            new Admitted(Now, By, 1, AdmissionRule.HandoverDone, AskedIn.OnPublish, Now, Now, SameBroadcast: false),
            new AttemptRefused(Now, By, 1, RefusalReason.Locked, null, AskedIn.OnPublish, Now),
            new PublisherLost(Now, By.Session, By.Origin, LossCause.BusySeen, null, NeverActive: true),
            new SessionAdopted(Now, By, 1),
            new RelayAdmitted(Now, By, "srs-2", 1, Adopted: false),
            new FightDetected(Now, "a", "b", Now, 1),
            new FlappingSeen(Now, 5),
            new KeyWedged(Now, By.Origin, "server", "process"),
        ]);

        using var servers = new SrsServers([new SrsEndpoint("srs-1", "http://127.0.0.1:1985")], new SrsApiOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var directory = new OriginDirectory(servers);
        directory.Note(new OriginSnapshot("srs-1", OriginStatus.Up, Now, new OriginProcess("server", "process", "1", new SrsVersion(6, 0, 157)))
        {
            LastAnswerAt = Now,
            LastLookTook = TimeSpan.Zero,
        });
        var streams = new LiveStreamRegion(ActorRefs.Nobody, TimeProvider.System, new LiveStreamSettings());
        using var gauges = new SupervisorGauges(directory, streams, new OriginDrain(streams, [], TimeProvider.System),
            meter =>
            {
                new LiveStreamGauges().Register(meter, new QuarantinedStreams(), new LostRecords(), TimeProvider.System);
                new ShardGauges(() => Task.FromResult<(int, int)?>((1, 1))).Register(meter);
            }, TimeProvider.System);
        return PrometheusPage.Parse(exporter.Scrape());
    }

    private static Publisher By => new(new SessionId("server", "process", "client"), "srs-1", "203.0.113.9", "key");

    private static string LabelsOf(PrometheusFamily family) => string.Join(", ",
        family.Samples.SelectMany(sample => sample.Labels.Keys).Distinct().Where(label => label != "le").Order(StringComparer.Ordinal).Select(label => $"`{label}`"));

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("""Create(Histogram|Counter|UpDownCounter|ObservableGauge|ObservableCounter)(<[a-z]+>)?\(\s*"(?<name>(streamsupervisor|process|dotnet)\.[^"]+)["]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Instrument();
}
