using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Tests.Dashboard;

/// <summary>Each page with one name wherever a name comes from outside: from encoders, from SRS, from operators.</summary>
internal sealed class PageSamples(string name)
{
    private static readonly DateTimeOffset At = RenderedPage.Now.AddMinutes(-5);

    public static IReadOnlyList<string> All { get; } = ["why", "attempt", "origins", "cluster", "trouble", "audit", "settings", "orders", "ordered", "stream"];

    private StreamKeyView Key => new("__defaultVhost__", "live", name);

    private Publisher By => new(new SessionId("vid-1", "run-1", name), name, name, name);

    private ReasonView Advice => ReasonView.From(RefusalCatalog.Of(RefusalReason.FightCoolDown));

    private IReadOnlyList<LiveStreamEvent> Events
    {
        get
        {
            var old = By with { Session = new SessionId("vid-1", "run-1", $"old{name}") };
            return
            [
                new Admitted(At, old, 1, AdmissionRule.KeyFree, AskedIn.OnPublish, At, At.AddSeconds(5), false),
                new HandoverStarted(At.AddSeconds(9), By, AdmissionRule.NewestWins, AskedIn.OnPublish, At.AddSeconds(11)),
                new EvictionOrdered(At.AddSeconds(9), old, EvictionCause.Takeover, null),
                new EvictionStalled(At.AddSeconds(10), old.Session, name),
                new EvictionFinished(At.AddSeconds(10.2), old.Session, ReleaseProof.ClientGone, At.AddSeconds(9)),
                new Admitted(At.AddSeconds(10.2), By, 2, AdmissionRule.HandoverDone, AskedIn.OnPublish, At.AddSeconds(9), At.AddSeconds(15), true),
                new FightDetected(At.AddSeconds(20), name, name, At.AddMinutes(10), 1),
                new KeyLocked(At.AddSeconds(30), name, name),
                new EncoderRegistered(At.AddSeconds(40), "r", name, 1, At.AddSeconds(70), 1, name),
            ];
        }
    }

    private IReadOnlyList<TimelineEntry> Entries => [.. Events.Select((one, at) => Entry(one, 1000 * (at + 1))).Reverse()];

    public Task<RenderedPage> RenderAsync(string page, PageLanguage language, bool mayOperate = true) =>
        RenderAsync(page, RenderedPage.Context(language, mayOperate));

    public Task<RenderedPage> RenderAsync(string page, PageContext context) => page switch
    {
        "why" => RenderedPage.PageAsync<Why>(context, ("List", WhyOf())),
        "attempt" => RenderedPage.PageAsync<Attempt>(context, ("Explanation", ExplanationOf()), ("Advice", Advice)),
        "origins" => RenderedPage.PageAsync<Server.Dashboard.Pages.Origins>(context, ("Cards", OriginsOf())),
        "cluster" => RenderedPage.PageAsync<Cluster>(context, ("Members", MembersOf()), ("Field", FieldOf()), ("Opened", new OpenedShard(0, [name]))),
        "trouble" => RenderedPage.PageAsync<Trouble>(context, ("List", TroubleOf())),
        "orders" => RenderedPage.PageAsync<Orders>(
            context, ("Chosen", ChosenOf()), ("Now", (IReadOnlyList<StreamView?>)[DetailOf().Stream with { Session = SessionOf() }, null])),
        "ordered" => RenderedPage.PageAsync<Orders>(context, ("Chosen", ChosenOf()), ("Results", (IReadOnlyList<OrderedStream>)
            [.. ChosenOf().Streams.Select((one, at) => new OrderedStream(one, at > 0, name))])),
        "audit" => RenderedPage.PageAsync<Audit>(context, ("List", AuditOf())),
        "settings" => RenderedPage.PageAsync<Settings>(
            context, ("Rows", (IReadOnlyList<SettingRow>)[new SettingRow("origins[0].name", name, name, false)]), ("ReadFrom", name)),
        _ => RenderedPage.PageAsync<Server.Dashboard.Pages.Stream>(context, ("Detail", DetailOf())),
    };

    internal AuditList AuditOf() => new(name, name, [new FeedEntry("7.0", Key, Entry(new KeyLocked(At, name, name), 1000))], "next", At);

    private WhyList WhyOf()
    {
        var refused = Entry(new AttemptRefused(At, By, 2, RefusalReason.FightCoolDown, TimeSpan.FromSeconds(41), AskedIn.OnPublish, At), 1000);
        var question = WhyQuestion.Of(name);
        return new WhyList(question, question.Terms[0], "day", [new AttemptEntry("7.0", Key, "refused", refused, Advice)], "next", At);
    }

    private Explanation ExplanationOf() => new(
        Key, SessionIdView.From(By.Session), AttemptView.From(By), "refused", "fight-cool-down", null, null, "on-publish", At, At, 12.5, 41_000, 2,
        AttemptView.From(By), [], Entries, false, new ExplanationText(name, name));

    private IReadOnlyList<OriginCard> OriginsOf() =>
    [
        new OriginCard(
            new OriginView(name, name, "up", "6.0.157", name, name, 3, At, name, [$"__defaultVhost__/live/{name}"], true, [name]),
            CallOrder.Of(new SrsVersion(6, 0, 157)), [TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(12)], 7, 1_000_000, name,
            [new HookSighting("on_close", null, true), new HookSighting("on_connect", At, false)]),
    ];

    private ClusterMembersView MembersOf() => new(
        name, [], [Member(name, "a"), Member($"2{name}", "b")],
        [new EndedMemberView(name, name, Guid.Empty, "dead", 1000, name)], 1, new Dictionary<string, string> { ["store"] = name });

    private ClusterMemberView Member(string called, string node) => new(
        node, "1", "Up", [], called, name, Guid.NewGuid(), "active", 100, true, 2);

    private ClusterField FieldOf() => ClusterField.Of(
        [new ClusterShardView(0, 2, "a", name, true), new ClusterShardView(1, 1, "b", $"2{name}", false)], 256);

    private TroubleList TroubleOf() => new(
        [new FightRow(Key, At, name, name, At.AddMinutes(10))], [new WedgeRow(Key, name, At)],
        [new StalledRow(Key, name, name, At, name, false)], [new FlapRow(Key, At, 7)], [new QuarantineRow(Key, At, name, false)], At);

    private ChosenStreams ChosenOf() =>
        new("lock", [new ChosenStream(new StreamKey("__defaultVhost__", "live", name), 2), new ChosenStream(new StreamKey(name, "live", "2"), 3)]);

    private SessionView SessionOf() => new(name, name, name, name, name, name, true, At, 2, true, false, null);

    private StreamDetail DetailOf() => new(
        new StreamView(Key, "live", 2, null, null, [], null, null, null, [], null, null), Entries, null, true, null);

    private static TimelineEntry Entry(LiveStreamEvent happened, long sequence) =>
        TimelineEntry.From(sequence, EventCodec.KindOf(happened), happened);
}
