using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

public sealed class SimulatedSrsPublishTests
{
    private static readonly SimulatedStreamKey Cam = new("live", "cam");

    private static readonly Dictionary<string, SrsModel> Models = new(StringComparer.Ordinal)
    {
        ["v4"] = SrsModel.V4, ["v5"] = SrsModel.V5, ["v6"] = SrsModel.V6, ["v7"] = SrsModel.V7, ["v7token"] = SrsModel.V7Token,
    };

    [Theory]
    [InlineData("v4", "on_connect on_publish on_unpublish on_close")]
    [InlineData("v5", "on_connect on_publish on_close")]
    [InlineData("v6", "on_connect on_publish on_close")]
    [InlineData("v7", "on_connect on_publish on_close")]
    [InlineData("v7token", "on_connect on_close")]
    public void A_second_publisher_is_refused_as_busy_where_its_version_checks(string version, string hooks) =>
        new Stage(Models[version]).Run(async stage =>
        {
            var first = await stage.Publish("cam");
            var second = stage.Connect();
            var outcome = await second.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            outcome.ShouldBe(version == "v4" ? PublishOutcome.Started : PublishOutcome.RefusedBusy);
            (await second.Closed).ShouldBe(CloseReason.StreamBusy);
            string.Join(' ', stage.ActionsOf(second.ClientId)).ShouldBe(hooks);
            stage.Srs.BusyRefusals.ShouldBe(1);
            stage.Srs.ActivePublishers(Cam).ShouldBe([first.ClientId]);
        });

    [Theory]
    [InlineData("v4")]
    [InlineData("v5")]
    [InlineData("v6")]
    [InlineData("v7")]
    [InlineData("v7token")]
    public void A_publisher_that_a_hook_refuses_never_publishes(string version) =>
        new Stage(Models[version]).Run(async stage =>
        {
            stage.Answer = hook => Task.FromResult(hook.Action == HookActions.OnPublish ? HookResult.Refused : HookResult.Accepted);
            var connection = stage.Connect();
            await connection.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            (await connection.Closed).ShouldBe(CloseReason.RefusedByHook);
            string.Join(' ', stage.ActionsOf(connection.ClientId)).ShouldBe("on_connect on_publish on_close");
            stage.Srs.ActivePublishers(Cam).ShouldBeEmpty();
            stage.StreamRow("cam").ShouldBeNull();
        });

    [Fact]
    public void An_unreachable_hook_server_refuses_publishers_and_lets_them_go() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var live = await stage.Publish("cam");
            stage.Srs.HookFaults = _ => HookFault.Lost;
            (await stage.Connect().PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "other", "")).ShouldBe(PublishOutcome.RefusedByHook);
            live.Close();
            await stage.World.Pass(10);
            stage.Srs.ActivePublishers(Cam).ShouldBeEmpty();
        });

    [Fact]
    public void A_hook_that_is_not_answered_ends_after_thirty_seconds() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            stage.Answer = hook => hook.Action == HookActions.OnPublish
                ? new TaskCompletionSource<HookResult>().Task
                : Task.FromResult(HookResult.Accepted);
            var start = stage.World.GetUtcNow();
            (await stage.Connect().PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "")).ShouldBe(PublishOutcome.RefusedByHook);
            (stage.World.GetUtcNow() - start).TotalSeconds.ShouldBe(30, 0.1);
        });

    [Theory]
    [InlineData("v5")]
    [InlineData("v6")]
    [InlineData("v7")]
    [InlineData("v7token")]
    public void A_kick_shows_in_the_order_of_the_real_thing(string version) =>
        new Stage(Models[version]).Run(async stage =>
        {
            var publisher = await stage.Publish("cam");
            await stage.World.Pass(4_000);
            stage.Code("DELETE", $"/api/v1/clients/{publisher.ClientId}").ShouldBe(0);
            stage.Code("DELETE", $"/api/v1/clients/{publisher.ClientId}").ShouldBe(0);
            var kicked = stage.World.GetUtcNow();
            double Since() => (stage.World.GetUtcNow() - kicked).TotalMilliseconds;
            await stage.World.Until(() => !stage.ShowsActive("cam"));
            Since().ShouldBeInRange(1, 3.4);
            await stage.World.Until(() => stage.Hooks.Exists(hook => hook.Action == HookActions.OnClose));
            Since().ShouldBeInRange(1.5, 5);
            stage.Code("GET", $"/api/v1/clients/{publisher.ClientId}").ShouldBe(0);
            await stage.World.Until(() => stage.Code("GET", $"/api/v1/clients/{publisher.ClientId}") == 2049);
            Since().ShouldBeInRange(2, 6.7);
            stage.Code("DELETE", $"/api/v1/clients/{publisher.ClientId}").ShouldBe(2049);
            stage.Srs.Deletes.Select(delete => delete.Found).ShouldBe([true, true, false]);
            (await publisher.Closed).ShouldBe(CloseReason.Kicked);
            string.Join(' ', stage.ActionsOf(publisher.ClientId)).ShouldBe("on_connect on_publish on_unpublish on_close");
        });

    [Fact]
    public void The_publish_token_is_freed_after_the_answer_to_on_unpublish_and_before_on_close() =>
        new Stage(SrsModel.V7Token).Run(async stage =>
        {
            var old = await stage.Publish("cam");
            var unpublish = new TaskCompletionSource<HookResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            stage.Answer = hook => hook.Action == HookActions.OnUnpublish ? unpublish.Task : Task.FromResult(HookResult.Accepted);
            stage.Code("DELETE", $"/api/v1/clients/{old.ClientId}").ShouldBe(0);
            await stage.World.Until(() => !stage.ShowsActive("cam"));
            await stage.World.Pass(300);
            (await stage.Connect().PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "")).ShouldBe(PublishOutcome.RefusedBusy);
            stage.Hooks.ShouldNotContain(hook => hook.Action == HookActions.OnClose && hook.ClientId == old.ClientId);
            unpublish.SetResult(HookResult.Accepted);
            await stage.World.Until(() => stage.Code("GET", $"/api/v1/clients/{old.ClientId}") == 2049);
            (await stage.Connect().PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "")).ShouldBe(PublishOutcome.Started);
        });

    [Theory]
    [InlineData(1, 19.3, 24.4)]
    [InlineData(12, 13, 13.1)]
    [InlineData(31.5, 8, 9)]
    public void A_silent_publisher_keeps_the_key_as_long_as_the_real_thing(double silentAfter, double atLeast, double atMost) =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var publisher = await stage.Publish("cam");
            await stage.World.Pass(silentAfter * 1_000);
            stage.Mute(publisher);
            var silent = stage.World.GetUtcNow();
            (await publisher.Closed).ShouldBe(CloseReason.PublishTimeout);
            (stage.World.GetUtcNow() - silent).TotalSeconds.ShouldBeInRange(atLeast, atMost);
        });

    [Fact]
    public void A_publisher_that_never_sends_media_has_twenty_seconds() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var publisher = stage.Connect();
            (await publisher.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "")).ShouldBe(PublishOutcome.Started);
            var start = stage.World.GetUtcNow();
            (await publisher.Closed).ShouldBe(CloseReason.PublishTimeout);
            (stage.World.GetUtcNow() - start).TotalSeconds.ShouldBe(20, 0.1);
        });
}
