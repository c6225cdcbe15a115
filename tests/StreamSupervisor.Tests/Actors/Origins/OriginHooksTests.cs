using Akka.Actor;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>What one actor makes of the hooks of its server, whichever members took them.</summary>
public class OriginHooksTests : OriginScene
{
    [Fact]
    public async Task A_close_reaches_the_stream_that_the_client_had_asked_to_publish()
    {
        await StartAsync();
        Hear(HookAction.OnPublish, "cam", Key, asked: true);
        Hear(HookAction.OnClose, "cam");

        await UntilAsync(() => Streams.ToldOf<ReportClosed>().Count > 0);
        Streams.Told.Single().ShouldBe((Key.ToString(), new ReportClosed(SessionOf("cam"))));
    }

    [Fact]
    public async Task A_close_of_a_client_whose_hooks_nobody_remembers_reaches_the_stream_that_admitted_it()
    {
        Index.Add(LiveBelief("cam"));
        Srs.Publish(Key, "cam");
        await StartAsync();
        Hear(HookAction.OnClose, "cam");

        await UntilAsync(() => Streams.ToldOf<ReportClosed>().Count > 0);
    }

    [Fact]
    public async Task A_publish_that_its_close_has_overtaken_is_told_as_closed()
    {
        await StartAsync();
        Hear(HookAction.OnClose, "cam");
        Hear(HookAction.OnPublish, "cam", Key, asked: true);

        await UntilAsync(() => Streams.ToldOf<ReportClosed>().Count > 0);
    }

    [Fact]
    public async Task A_hook_of_SRS_4_names_the_process_that_runs_there()
    {
        Srs.Process = new("server-1", "4711:1", "1", new SrsVersion(4, 0, 271));
        await StartAsync();
        Hear(HookAction.OnPublish, "cam", Key, asked: true, serviceId: "");
        Hear(HookAction.OnClose, "cam", serviceId: "");

        await UntilAsync(() => Streams.ToldOf<ReportClosed>().Count > 0);
        Streams.ToldOf<ReportClosed>().Single().Session.ShouldBe(SessionOf("cam", "4711:1"));
    }

    [Fact]
    public async Task The_first_publisher_that_SRS_7_refused_is_told_without_any_on_play_before_it()
    {
        await StartWithTokenAsync();
        Hear(HookAction.OnConnect, "back", Key, By("back", address: "10.0.0.9"));
        Hear(HookAction.OnClose, "back");

        await UntilAsync(() => Streams.ToldOf<ReportRefusedUnseen>().Count > 0);
        var told = Streams.ToldOf<ReportRefusedUnseen>().Single();
        told.By.ShouldBe(By("back", address: "10.0.0.9"));
        told.IncumbentSilent.ShouldBeFalse(); // its bytes move
    }

    [Fact]
    public async Task A_publisher_that_was_refused_behind_a_silent_one_is_told_so()
    {
        await StartWithTokenAsync();
        await PassAsync(TimeSpan.FromSeconds(6.5)); // no byte meanwhile
        Hear(HookAction.OnConnect, "back", Key, By("back", address: "10.0.0.77"));
        Hear(HookAction.OnClose, "back");

        await UntilAsync(() => Streams.ToldOf<ReportRefusedUnseen>().Count > 0);
        Streams.ToldOf<ReportRefusedUnseen>().Single().IncumbentSilent.ShouldBeTrue();
    }

    [Fact]
    public async Task Bytes_that_SRS_has_not_sampled_are_no_silence()
    {
        await StartWithTokenAsync();
        Srs.SampleAge = TimeSpan.FromSeconds(30);
        await PassAsync(TimeSpan.FromSeconds(6.5));
        Hear(HookAction.OnConnect, "back", Key, By("back"));
        Hear(HookAction.OnClose, "back");

        await UntilAsync(() => Streams.ToldOf<ReportRefusedUnseen>().Count > 0);
        Streams.ToldOf<ReportRefusedUnseen>().Single().IncumbentSilent.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_asked_and_was_believed_is_in_nobodys_way_when_the_stream_has_ended()
    {
        await StartWithTokenAsync();
        var other = StreamKey.Parse("live/cam2");
        Hear(HookAction.OnPublish, "cam2", other, asked: true);
        Believe("cam2", key: other);
        Actor.Tell(new BeliefsChanged(Origin, [StreamBelief.Of(new LiveStreamState { Key = other }, sequence: 1000)]), ActorRefs.NoSender);
        Hear(HookAction.OnConnect, "back", other, By("back"));
        Hear(HookAction.OnClose, "back");

        await PassAsync(TimeSpan.FromSeconds(2));
        Streams.ToldOf<ReportRefusedUnseen>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_viewer_whose_on_play_comes_late_through_another_member_was_not_refused()
    {
        await StartWithTokenAsync();
        Hear(HookAction.OnConnect, "viewer", Key, By("viewer"));
        Hear(HookAction.OnClose, "viewer");
        Hear(HookAction.OnPlay, "viewer", Key);

        await PassAsync(TimeSpan.FromSeconds(2));
        Streams.ToldOf<ReportRefusedUnseen>().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(6, 0, 157)]
    [InlineData(7, 0, 61)]
    public async Task Before_7_0_62_a_client_that_only_connected_was_not_refused(int major, int minor, int revision)
    {
        await StartWithTokenAsync(new SrsVersion(major, minor, revision));
        Hear(HookAction.OnConnect, "viewer", Key, By("viewer"));
        Hear(HookAction.OnClose, "viewer");

        await PassAsync(TimeSpan.FromSeconds(2));
        Streams.ToldOf<ReportRefusedUnseen>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Hooks_of_another_server_with_this_token_say_nothing_and_are_shown()
    {
        await StartAsync();
        Hear(HookAction.OnPublish, "cam", Key, asked: true, serverId: "server-9", serviceId: "process-9");
        Hear(HookAction.OnClose, "cam", serverId: "server-9", serviceId: "process-9");

        await UntilAsync(() => Known.HooksDisagree is not null);
        Streams.Told.ShouldBeEmpty();
        Known.Process!.ServerId.ShouldBe("server-1");
    }

    /// <summary>A server with a publisher that is believed in; its bytes stand still from now on.</summary>
    private async Task StartWithTokenAsync(SrsVersion? version = null)
    {
        Srs.Process = Srs.Process with { Version = version ?? new SrsVersion(7, 0, 62) };
        Srs.Publish(Key, "incumbent");
        Index.Add(LiveBelief("incumbent"));
        await StartAsync();
    }
}
