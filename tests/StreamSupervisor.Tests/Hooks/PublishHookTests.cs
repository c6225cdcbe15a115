using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;
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

    [Fact]
    public async Task A_key_in_quarantine_is_not_promised_to_be_back_soon()
    {
        _streams.Result = AskResult.Not(AskStatus.Failed, "its journal cannot be read") with { Reason = RefusalReason.Quarantined };
        (await DecideAsync("live", "cam1")).ShouldBe(HookRefusals.Of(RefusalReason.Quarantined));
        _streams.Result = AskResult.Not(AskStatus.Unknown, "no answer");
        (await DecideAsync("live", "cam1")).ShouldBe(HookRefusals.Of(RefusalReason.Unavailable));
    }

    private async Task<SrsHookReply> DecideAsync(string app, string stream, AdmissionMode mode = AdmissionMode.Enforce,
        string serverId = "server-1")
    {
        var time = TimeProvider.System;
        var policies = new PolicyBook(StreamPolicy.Default with { Mode = mode }, IdentityRule.Key, []);
        var directory = new OriginDirectory(new SrsServers([new SrsServer(new SrsEndpoint("srs-1", "http://10.0.0.1:1985"),
            _ => new FakeSrs("server-1"))]));
        directory.Note(new OriginSnapshot("srs-1", OriginStatus.Up, time.GetUtcNow(),
            new OriginProcess("server-1", "process-1", "1", new SrsVersion(6, 0, 157))));
        var key = new RegistrationCredential(new() { Primary = "0123456789abcdef0123456789abcdef" });
        var reader = new PublishAttemptReader(policies, new CredentialGate(new CredentialOptions(), key), time);
        var publish = new PublishHook(reader, directory, new OriginRegion(ActorRefs.Nobody, time), _streams, policies, new Relays([]),
            new Availability(() => null), new HooksOptions(), time, NullLogger<PublishHook>.Instance);
        return await publish.DecideAsync("srs-1", Hook(app, stream, serverId), AskedIn.OnPublish, CancellationToken.None);
    }

    private static SrsHook Hook(string app, string stream, string serverId) =>
        new(HookAction.OnPublish, serverId, "process-1", "c1", "127.0.0.1", "__defaultVhost__", app, stream, "", "");

    private sealed class Streams() : LiveStreamRegion(ActorRefs.Nobody, TimeProvider.System, new LiveStreamSettings())
    {
        public AskResult Result { get; set; } = AskResult.Answered(new Allowed(1));

        public List<string> Asked { get; } = [];

        public Publisher? By { get; private set; }

        public override Task<AskResult> AskAsync(string key, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
        {
            Asked.Add(key);
            By = ((RequestPublish)command).By;
            return Task.FromResult(Result);
        }
    }
}
