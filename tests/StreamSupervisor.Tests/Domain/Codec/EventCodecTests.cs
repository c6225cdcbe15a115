using System.Text;
using System.Text.RegularExpressions;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.Codec;

public sealed partial class EventCodecTests
{
    private static readonly SessionId Session = new("vid-1", "s1", "abc");
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Kinds => [.. EventCodec.Kinds.Select(k => k.Kind)];

    [Fact]
    public void Every_event_has_one_name_in_kebab_case()
    {
        var events = typeof(LiveStreamEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(LiveStreamEvent)) && !t.IsAbstract);
        EventCodec.Kinds.Select(k => k.Event).ShouldBe(events, ignoreOrder: true);
        EventCodec.Kinds.Select(k => k.Kind).ShouldBeUnique();
        EventCodec.Kinds.ShouldAllBe(k => KebabCase().IsMatch(k.Kind));
    }

    [Fact]
    public void Every_golden_file_is_of_an_event_that_can_still_be_read() =>
        Directory.GetFiles(GoldenFiles.Folder, "*.json").Select(Path.GetFileNameWithoutExtension)
            .ShouldBe([.. EventCodec.Kinds.Select(k => k.Kind), "snapshot", EventCodec.BatchKind],
                ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_event_is_stored_as_its_golden_file_says(string kind)
    {
        var type = EventCodec.Kinds.Single(k => k.Kind == kind).Event;
        var written = Encoding.UTF8.GetString(EventCodec.Encode(Sample.Event(type)).Payload);
        var golden = GoldenFiles.Read(kind).ShouldNotBeNull($"Add Golden/{kind}.json: {written}");

        var decoded = EventCodec.Decode(kind, Encoding.UTF8.GetBytes(golden));

        decoded.ShouldBeOfType(type);
        var (kindAgain, again) = EventCodec.Encode(decoded);
        kindAgain.ShouldBe(kind);
        Encoding.UTF8.GetString(again).ShouldBe(golden);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_value_of_an_event_is_lost(string kind)
    {
        var sample = Sample.Event(EventCodec.Kinds.Single(k => k.Kind == kind).Event);
        Sample.Unset(sample).ShouldBeEmpty();

        EventCodec.KindOf(sample).ShouldBe(kind);
        EventCodec.Decode(kind, EventCodec.Encode(sample).Payload).ShouldBe(sample);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_payload_that_was_cut_is_a_format_error_wherever_it_was_cut(string kind)
    {
        var payload = EventCodec.Encode(Sample.Event(EventCodec.Kinds.Single(k => k.Kind == kind).Event)).Payload;
        for (var length = 0; length < payload.Length; length++)
        {
            Should.Throw<FormatException>(() => EventCodec.Decode(kind, payload.AsSpan(0, length)), $"cut at {length}");
        }
    }

    [Fact]
    public void Nothing_is_left_out_because_it_is_null() =>
        Text(new PublisherLost(Noon, Session, "srs-1", LossCause.Evicted, ReconnectUntil: null, NeverActive: false)).ShouldBe(
            """{"session":{"serverId":"vid-1","serviceId":"s1","clientId":"abc"},"origin":"srs-1","cause":"evicted","reconnectUntil":null,"neverActive":false,"at":"2026-02-03T12:00:00+00:00"}""");

    [Fact]
    public void A_property_of_a_newer_writer_is_skipped() =>
        Decode("flapping-seen", """{"new":{"a":[1,{}]},"publishes":5,"at":"2026-02-03T12:00:00+00:00","more":null}""")
            .ShouldBe(new FlappingSeen(Noon, 5));

    [Fact]
    public void A_part_of_a_session_that_a_newer_writer_added_is_skipped() =>
        Decode("publisher-confirmed",
            """{"session":{"era":{"n":[1]},"serverId":"vid-1","serviceId":"s1","clientId":"abc"},"at":"2026-02-03T12:00:00+00:00"}""")
            .ShouldBe(new PublisherConfirmed(Noon, Session));

    [Theory]
    [InlineData("publisher-confirmed", """{"at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("publisher-confirmed", """{"session":null,"at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("publisher-confirmed", """{"session":"abc","at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("publisher-confirmed", """{"session":{"serverId":"vid-1","serviceId":"s1"},"at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("publisher-confirmed", """{"session":{"serverId":"v","serviceId":"s","clientId":null},"at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("key-locked", """{"by":null,"why":"x","at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("key-locked", """{"by":"x","at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("key-locked", """{"by":"x","why":"x"}""")]
    [InlineData("flapping-seen", """{"publishes":"5","at":"2026-02-03T12:00:00+00:00"}""")]
    [InlineData("flapping-seen", """{"publishes":5,"at":"yesterday"}""")]
    [InlineData("flapping-seen", "null")]
    [InlineData("flapping-seen", "[]")]
    [InlineData("flapping-seen", "{} {}")]
    public void What_is_missing_or_of_the_wrong_kind_is_never_made_up(string kind, string payload) =>
        Should.Throw<FormatException>(() => Decode(kind, payload)).Message.ShouldContain($"'{kind}'");

    [Theory]
    [InlineData("\"stolen-by-aliens\"")]
    [InlineData("1")]
    [InlineData("\"1\"")]
    public void A_value_that_only_a_newer_version_knows_is_a_format_error(string cause) =>
        Should.Throw<FormatException>(() => Decode("publisher-lost",
            $$"""{"session":{"serverId":"v","serviceId":"s","clientId":"c"},"origin":"o","cause":{{cause}},"reconnectUntil":null,"neverActive":true,"at":"2026-02-03T12:00:00+00:00"}"""));

    [Fact]
    public void An_unknown_name_says_that_a_newer_version_wrote_it() =>
        Should.Throw<FormatException>(() => Decode("key-sold", "{}")).Message
            .ShouldBe("The event 'key-sold' is not known to this version; a newer one wrote it. Start that version instead.");

    [Fact]
    public void The_names_of_values_are_for_ever()
    {
        Names(cause => new PublisherLost(Noon, Session, "srs-1", cause, null, NeverActive: false), Enum.GetValues<LossCause>()).ShouldBe(
            ["unknown", "unpublished", "closed", "evicted", "not-found", "process-gone", "busy-seen", "replaced", "source-ended", "origin-unknown"]);
        Names(cause => new EvictionOrdered(Noon, By(), cause, null), Enum.GetValues<EvictionCause>()).ShouldBe(
            ["unknown", "takeover", "silent", "doubled", "operator", "refused-unseen", "orphaned", "registration"]);
        Names(proof => new EvictionFinished(Noon, Session, proof, Noon), Enum.GetValues<ReleaseProof>()).ShouldBe(
            ["unknown", "client-gone", "closed", "process-replaced"]);
        Names(rule => new HandoverStarted(Noon, By(), rule, AskedIn.OnConnect, Noon), Enum.GetValues<AdmissionRule>()).ShouldBe(
            ["unknown", "key-free", "process-gone", "newest-wins", "same-identity", "incumbent-silent", "handover-done", "old-node-unreachable"]);
        Names(hook => new ChallengerReplaced(Noon, By(), By(), hook, Noon), Enum.GetValues<AskedIn>()).ShouldBe(["on-publish", "on-connect"]);
    }

    [Fact]
    public void A_reason_is_stored_under_its_name_in_the_catalog() =>
        RefusalCatalog.All.ShouldAllBe(r => Text(new DecisionObserved(Noon, By(), "refuse", r.Reason, AskedIn.OnPublish)).Contains($"\"reason\":\"{r.Name}\""));

    private static IEnumerable<string> Names<T>(Func<T, LiveStreamEvent> make, IEnumerable<T> values) =>
        values.Select(value => EnumName().Match(Text(make(value))).Groups["name"].Value);

    private static Publisher By() => new(Session, "srs-1", "10.0.0.1", "key");

    private static LiveStreamEvent Decode(string kind, string payload) => EventCodec.Decode(kind, Encoding.UTF8.GetBytes(payload));

    private static string Text(LiveStreamEvent @event) => Encoding.UTF8.GetString(EventCodec.Encode(@event).Payload);

    [GeneratedRegex("^[a-z]+(?:-[a-z]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KebabCase();

    [GeneratedRegex("\"(?:cause|proof|rule|in)\":\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EnumName();
}
