using Akka.Actor;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;
using StreamSupervisor.TestKit.Time;
using StreamSupervisor.Tests.Actors.LiveStreams;

namespace StreamSupervisor.Tests.Hooks;

/// <summary>Hooks of odd form: names with slashes, keys that are too long, no server id; and a key that nobody can decide about.</summary>
public class PublishHookTests
{
    private readonly Streams _streams = new();

    [Theory]
    [InlineData("live", "room/7")] // SRT splits at the first slash
    [InlineData("live/room", "7")] // RTMP at the last
    [InlineData("live", "/room/7")]
    [InlineData("/live/room/", "7/")]
    public async Task One_path_is_one_key_however_SRS_splits_it(string app, string stream)
    {
        (await DecideAsync(app, stream)).ShouldBe(SrsHookReply.Yes);
        _streams.Asked.ShouldHaveSingleItem().ShouldBe("__defaultVhost__/live/room/7");
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused_for_good_and_passes_unguarded_where_nothing_is_refused()
    {
        var name = new string('x', 600);
        (await DecideAsync("live", name)).ShouldBe(HookRefusals.Of(RefusalReason.InvalidKey));
        (await DecideAsync("live", name, AdmissionMode.Observe)).ShouldBe(SrsHookReply.Yes);
        _streams.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hook_without_a_server_id_comes_from_the_server_that_its_token_names()
    {
        (await DecideAsync("live", "cam1", serverId: "")).ShouldBe(SrsHookReply.Yes);
        _streams.By!.Session.ServerId.ShouldBe("server-1");
        _streams.By.Origin.ShouldBe("srs-1");
    }

    /// <summary>Where nothing is refused, nobody can be let in wrongly.</summary>
    [Theory]
    [InlineData(AdmissionMode.Enforce, 400, true, 1)]
    [InlineData(AdmissionMode.Enforce, 600, false, 3)]
    [InlineData(AdmissionMode.Observe, 600, true, 1)]
    public async Task A_yes_that_took_long_is_asked_about_before_SRS_hears_it(AdmissionMode mode, int took, bool isAllowed, int questions)
    {
        var time = new VirtualTime();
        _streams.Takes = () => time.Advance(TimeSpan.FromMilliseconds(took));
        _streams.Meanwhile = AskResult.Answered(new Refused(2, RefusalReason.Superseded, null));

        var reply = await PublishHookOf(mode, time).DecideAsync("srs-1", Hook("live", "cam1", "server-1"), AskedIn.OnPublish, CancellationToken.None);

        reply.ShouldBe(isAllowed ? SrsHookReply.Yes : HookRefusals.Of(RefusalReason.Superseded));
        _streams.Asked.Count.ShouldBe(questions);
    }

    [Fact]
    public async Task A_key_in_quarantine_is_not_promised_to_be_back_soon()
    {
        _streams.Result = AskResult.Not(AskStatus.Failed, "its journal cannot be read") with { Reason = RefusalReason.Quarantined };
        (await DecideAsync("live", "cam1")).ShouldBe(HookRefusals.Of(RefusalReason.Quarantined));
        _streams.Result = AskResult.Not(AskStatus.Unknown, "no answer");
        (await DecideAsync("live", "cam1")).ShouldBe(HookRefusals.Of(RefusalReason.Unavailable));
    }

    [Fact]
    public async Task While_the_store_is_away_a_thousand_encoders_are_a_line_a_minute_for_each_server()
    {
        var time = new VirtualTime();
        var log = new LogLines<PublishHook>();
        var publish = PublishHookOf(time: time, log: log);
        _streams.Result = AskResult.Not(AskStatus.Unknown, "the store does not answer");
        foreach (var origin in (string[])["srs-1", "srs-2"])
        {
            for (var encoder = 0; encoder < 1_000; encoder++)
            {
                await publish.DecideAsync(origin, Hook("live", $"cam{encoder}", "server-1"), AskedIn.OnPublish, CancellationToken.None);
            }
        }

        log.All.Count.ShouldBe(2);
        log.All[0].ShouldContain("live/cam0: no decision for client c1 of srs-1 (the store does not answer); refused");
        time.Advance(TimeSpan.FromMinutes(1));
        await publish.DecideAsync("srs-1", Hook("live", "cam1", "server-1"), AskedIn.OnPublish, CancellationToken.None);
        log.All[^1].ShouldEndWith("(999 more since the last line.)");

        // Waiting does not help here, so it is told beside the other.
        _streams.Result = AskResult.Not(AskStatus.Failed, "its journal cannot be read") with { Reason = RefusalReason.Quarantined };
        await publish.DecideAsync("srs-1", Hook("live", "cam2", "server-1"), AskedIn.OnPublish, CancellationToken.None);
        log.All[^1].ShouldContain("its journal cannot be read");
    }

    private async Task<SrsHookReply> DecideAsync(string app, string stream, AdmissionMode mode = AdmissionMode.Enforce,
        string serverId = "server-1") =>
        await PublishHookOf(mode).DecideAsync("srs-1", Hook(app, stream, serverId), AskedIn.OnPublish, CancellationToken.None);

    private PublishHook PublishHookOf(AdmissionMode mode = AdmissionMode.Enforce, TimeProvider? time = null, ILogger<PublishHook>? log = null)
    {
        time ??= TimeProvider.System;
        var policies = new PolicyBook(StreamPolicy.Default with { Mode = mode }, IdentityRule.Key, []);
        string[] names = ["srs-1", "srs-2"];
        var directory = new OriginDirectory(new SrsServers([.. names.Select(name =>
            new SrsServer(new SrsEndpoint(name, "http://10.0.0.1:1985"), _ => new FakeSrs("server-1")))]));
        foreach (var name in names)
        {
            directory.Note(new OriginSnapshot(name, OriginStatus.Up, time.GetUtcNow(),
                new OriginProcess("server-1", "process-1", "1", new SrsVersion(6, 0, 157))));
        }

        var key = new RegistrationCredential(new() { Primary = "0123456789abcdef0123456789abcdef" });
        var reader = new PublishAttemptReader(policies, new CredentialGate(new CredentialOptions(), key), time);
        return new PublishHook(reader, directory, new OriginRegion(ActorRefs.Nobody, time), _streams, policies, new Relays([]),
            new Availability(() => null), new HooksOptions(), time, log ?? NullLogger<PublishHook>.Instance);
    }

    private static SrsHook Hook(string app, string stream, string serverId) =>
        new(HookAction.OnPublish, serverId, "process-1", "c1", "127.0.0.1", "__defaultVhost__", app, stream, "", "");

    private sealed class Streams() : LiveStreamRegion(ActorRefs.Nobody, TimeProvider.System, new LiveStreamSettings())
    {
        public AskResult Result { get; set; } = AskResult.Answered(new Allowed(1));

        public List<string> Asked { get; } = [];

        public Publisher? By { get; private set; }

        /// <summary>What goes on while a publisher asks.</summary>
        public Action Takes { get; set; } = () => { };

        /// <summary>What it is answered after somebody has looked at the key.</summary>
        public AskResult? Meanwhile { get; set; }

        public override Task<AskResult> AskAsync(string key, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
        {
            Asked.Add(key);
            if (command is GetState)
            {
                Result = Meanwhile ?? Result;
                return Task.FromResult(AskResult.Answered(new StateReply(new LiveStreamState { Key = StreamKey.Parse(key) })));
            }

            By = ((RequestPublish)command).By;
            Takes();
            return Task.FromResult(Result);
        }
    }
}
