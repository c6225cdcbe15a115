using System.Text;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Actors.Serialization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>What goes between members about a server comes out as it went in.</summary>
public class OriginMessagesTests
{
    private static readonly SessionId Client = new("server-1", "process-1", "cam");
    private static readonly Publisher By = new(Client, "srs-1", "10.0.0.9", "key");
    private static readonly OriginProcess Process = new("server-1", "process-1", "42", new SrsVersion(7, 0, 62));

    public static TheoryData<string> Names => [.. OriginMessageKinds.Kinds.Select(kind => kind.Manifest)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_comes_out_as_it_went_in(string manifest)
    {
        var kind = MessageTable.Find(manifest)!;
        foreach (var message in Messages().Where(message => message.GetType() == kind.Type))
        {
            var bytes = MessageTable.Of(message).Write(message);
            var read = kind.Read(bytes);
            read.GetType().ShouldBe(kind.Type);
            Encoding.UTF8.GetString(kind.Write(read)).ShouldBe(Encoding.UTF8.GetString(bytes));
        }
    }

    [Fact]
    public void Every_message_has_a_sample() =>
        Messages().Select(message => message.GetType()).Distinct()
            .ShouldBe(OriginMessageKinds.Kinds.Select(kind => kind.Type), ignoreOrder: true);

    [Fact]
    public void A_hook_between_members()
    {
        var hook = new HookHeard("srs-1", HookAction.OnConnect, Client, "server-1", "", StreamKey.Parse("live/cam1"), By);
        MessageTable.Find("origin/hook-heard")!.Read(MessageTable.Of(hook).Write(hook)).ShouldBe(hook);
        Encoding.UTF8.GetString(MessageTable.Of(hook).Write(hook))
            .ShouldStartWith("""{"action":"on-connect","client":{"serverId":"server-1",""");
    }

    [Fact]
    public void A_snapshot_of_an_older_member_without_the_newer_names_can_be_used()
    {
        var bytes = Encoding.UTF8.GetBytes("""{"name":"srs-1","status":"up"}""");
        var read = (OriginSnapshot)MessageTable.Find("origin/snapshot")!.Read(bytes);
        read.StandingOf(Client).ShouldBe(ProcessStanding.Unknown);
        (read.Superseded.IsEmpty, read.WedgedKeys.IsEmpty, read.OrphanedKeys.IsEmpty, read.MisnamedKeys.IsEmpty)
            .ShouldBe((true, true, true, true));
    }

    private static IEnumerable<object> Messages()
    {
        var at = DateTimeOffset.UnixEpoch;
        var state = new LiveStreamState
        {
            Key = StreamKey.Parse("live/cam1"),
            Generation = 3,
            Session = new Session(By, 3, at, null, Confirmed: true, Adopted: false, at),
            Handover = new Handover(By, AdmissionRule.IncumbentSilent, AskedIn.OnPublish, at, at, at),
            Evictions = [new Eviction(By, EvictionCause.Takeover, at, Stalled: true)],
            Wedges = [new Wedge("srs-1", "server-1", "process-1", at)],
        };
        yield return new HookHeard("srs-1", HookAction.OnClose, Client, "server-1", "process-1");
        yield return new HookHeard("srs-1", HookAction.OnPublish, Client, "server-1", "process-1", state.Key, By, Asked: true);
        yield return new HeartbeatHeard("srs-1", "server-1", "process-1", 12.5);
        yield return new ConfirmProcess("srs-1", "server-1", "");
        yield return new SweepSoon("srs-1");
        yield return new AskedForItsOwn("srs-1", state.Key, Client);
        yield return new Ping("srs-1");
        yield return new Ping("srs-1", 3, Process, Heard: true);
        yield return new KickAnswered("srs-1");
        yield return new KickAnswered("srs-1", "forbids DELETE");
        yield return new BeliefsChanged("srs-1", [StreamBelief.Of(state, 7), StreamBelief.Of(new LiveStreamState { Key = state.Key }, 8)]);
        yield return new ProcessConfirmation.Confirmed(Process);
        yield return new ProcessConfirmation.Replaced(Process);
        yield return new ProcessConfirmation.WrongServer("server-9");
        yield return new ProcessConfirmation.Unreachable("it did not answer");
        yield return OriginSnapshot.Unknown("srs-1");
        yield return new OriginSnapshot("srs-1", OriginStatus.Up, at, Process)
        {
            LastError = "it did not answer",
            Superseded = ["process-0"],
            LastAnswerAt = at,
            LastLookTook = TimeSpan.FromMilliseconds(2),
            Streams = 2,
            ActiveStreams = 1,
            BytesPerSecond = 3,
            CpuPercent = 4.5,
            HeardFromHooks = true,
            WedgedKeys = ["live/cam1"],
            OrphanedKeys = ["live/cam2"],
            MisnamedKeys = ["live/cam3"],
        };
    }
}
