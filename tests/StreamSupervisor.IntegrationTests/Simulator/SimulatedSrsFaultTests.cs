using System.Globalization;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

public sealed class SimulatedSrsFaultTests
{
    private static readonly SimulatedStreamKey Cam = new("live", "cam");

    [Theory]
    [InlineData("6.0.157", 0, 0)]
    [InlineData("6.0.157", 1, 20)]
    [InlineData("6.0.157", 2, 40)]
    [InlineData("6.0.157", 3.5, 60)]
    [InlineData("7.0.18", 1, 20)]
    [InlineData("6.0.128", 3.5, 0)]
    [InlineData("5.0.216", 3.5, 0)]
    [InlineData("4.0.271", 3.5, 0)]
    [InlineData("7.0.151", 3.5, 0)]
    public void A_first_publish_that_is_held_is_orphaned_with_the_probability_of_the_cleanup_trap(string version, double heldSeconds, int expectedOf60)
    {
        var orphans = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            new Stage(ModelOf(version), seed).Run(async stage =>
            {
                stage.Answer = hook => AfterAsync(stage, hook.Action == HookActions.OnPublish ? heldSeconds * 1_000 : 0);
                var publisher = await stage.Publish("cam");
                await stage.World.Pass(100 + (heldSeconds * 1_000));
                orphans += stage.Srs.IsOrphan(publisher.ClientId) ? 1 : 0;
            });
        }

        orphans.ShouldBeInRange(expectedOf60 - (expectedOf60 is 0 or 60 ? 0 : 12), expectedOf60 + (expectedOf60 is 0 or 60 ? 0 : 12));
    }

    [Theory]
    [InlineData(2.5, 0, 0)]
    [InlineData(4, 4, 16)]
    public void A_takeover_has_three_seconds_of_grace_before_the_trap(double heldSeconds, int atLeast, int atMost)
    {
        var orphans = 0;
        for (var seed = 0; seed < 30; seed++)
        {
            new Stage(SrsModel.V6, seed).Run(async stage =>
            {
                var old = await stage.Publish("cam");
                await stage.World.Pass(10_000);
                stage.Answer = hook => AfterAsync(stage, hook.Action == HookActions.OnPublish ? heldSeconds * 1_000 : 0);
                var taking = stage.Publish("cam");
                await stage.World.Pass(5);
                stage.Code("DELETE", $"/api/v1/clients/{old.ClientId}").ShouldBe(0);
                orphans += stage.Srs.IsOrphan((await taking).ClientId) ? 1 : 0;
            });
        }

        orphans.ShouldBeInRange(atLeast, atMost);
    }

    [Fact]
    public void An_orphan_plays_for_nobody_shows_the_wrong_cid_and_has_company() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            stage.Answer = hook => AfterAsync(stage, hook.Action == HookActions.OnPublish ? 3_500 : 0);
            var orphan = await stage.Publish("cam");
            stage.Answer = null;
            var beside = await stage.Publish("cam");
            stage.Srs.ActivePublishers(Cam).ShouldBe([orphan.ClientId, beside.ClientId]);
            stage.StreamRow("cam")!.Value.GetProperty("publish").GetProperty("cid").GetString().ShouldBe(orphan.ClientId);
            stage.Srs.IsOrphan(orphan.ClientId).ShouldBeTrue();
            stage.Srs.IsOrphan(beside.ClientId).ShouldBeFalse();

            var player = stage.Connect();
            await player.PlayAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            await stage.World.Pass(500);
            player.SentBytes.ShouldBeGreaterThan(20_000);
            beside.Close();
            await stage.World.Pass(100);
            // The row has one flag for both: the orphan is there still, and the row says that nobody is.
            stage.Srs.ActivePublishers(Cam).ShouldBe([orphan.ClientId]);
            stage.ShowsActive("cam").ShouldBeFalse();
            var silent = player.SentBytes;
            await stage.World.Pass(500);
            player.SentBytes.ShouldBe(silent);
        });

    [Theory]
    [InlineData("4.0.271", false)]
    [InlineData("5.0.216", true)]
    [InlineData("6.0.157", true)]
    [InlineData("7.0.18", true)]
    [InlineData("7.0.62", true)]
    public void A_forward_that_fails_leaves_a_ghost_until_the_restart(string version, bool haunts) =>
        new Stage(ModelOf(version)).Run(async stage =>
        {
            stage.Srs.ForwardFails = key => key == Cam;
            var first = stage.Connect();
            await first.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            (await first.Closed).ShouldBe(CloseReason.ForwardFailed);
            stage.StreamRow("cam").ShouldBeNull();
            stage.Get("/api/v1/clients/").GetProperty("clients").GetArrayLength().ShouldBe(0);
            stage.ActionsOf(first.ClientId).Contains(HookActions.OnUnpublish).ShouldBe(!haunts);

            stage.Srs.ForwardFails = null;
            await stage.World.Pass(600_000);
            var later = stage.Connect();
            var outcome = await later.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            outcome.ShouldBe(haunts ? PublishOutcome.RefusedBusy : PublishOutcome.Started);
            stage.Srs.ActivePublishers(Cam).Count.ShouldBe(haunts ? 0 : 1);

            stage.Srs.Restart();
            (await stage.Connect().PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "")).ShouldBe(PublishOutcome.Started);
        });

    [Fact]
    public void A_restart_sends_no_hook_and_changes_service_and_pid() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var live = await stage.Publish("cam");
            stage.Answer = hook => AfterAsync(stage, hook.Action == HookActions.OnPublish ? 5_000 : 0);
            var waiting = stage.Connect();
            var outcome = waiting.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "other", "");
            await stage.World.Pass(100);
            var (service, pid, hooks) = (stage.Srs.ServiceId, stage.Srs.Pid, stage.Hooks.Count);

            stage.Srs.Stop();
            (await live.Closed).ShouldBe(CloseReason.ProcessGone);
            (await outcome).ShouldBe(PublishOutcome.Closed);
            stage.Srs.Connect("127.0.0.1").ShouldBeNull();
            (await IsUnreachableAsync(stage)).ShouldBeTrue();
            stage.Srs.Start();
            await stage.World.Pass(60_000);
            stage.Hooks.Count.ShouldBe(hooks);
            stage.Srs.ServiceId.ShouldNotBe(service);
            stage.Srs.Pid.ShouldNotBe(pid);
            stage.Get("/api/v1/streams/").GetProperty("streams").GetArrayLength().ShouldBe(0);
            stage.Srs.Options.ServerId.ShouldBe(stage.Get("/api/v1/versions").GetProperty("server").GetString());
        });

    [Theory]
    [InlineData("4.0.271", 2049)]
    [InlineData("5.0.216", 0)]
    [InlineData("6.0.157", 0)]
    [InlineData("7.0.18", 0)]
    public void A_client_that_waits_in_on_publish_can_be_deleted_from_5_on(string version, int code) =>
        new Stage(ModelOf(version)).Run(async stage =>
        {
            stage.Answer = hook => AfterAsync(stage, hook.Action == HookActions.OnPublish ? 1_000 : 0);
            var waiting = stage.Connect();
            var outcome = waiting.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            await stage.World.Pass(100);
            stage.Code("DELETE", $"/api/v1/clients/{waiting.ClientId}").ShouldBe(code);
            await stage.World.Pass(10);
            if (code == 0)
            {
                (await outcome).ShouldBe(PublishOutcome.Closed);
                (await waiting.Closed).ShouldBe(CloseReason.Kicked);
                string.Join(' ', stage.ActionsOf(waiting.ClientId)).ShouldBe("on_connect on_publish on_close");
            }
            else
            {
                await stage.World.Pass(1_000);
                stage.Srs.ActivePublishers(Cam).ShouldBe([waiting.ClientId]);
            }
        });

    [Fact]
    public void A_client_that_waits_in_on_connect_cannot_be_deleted_and_publishes_anyway() =>
        new Stage(SrsModel.V7Token).Run(async stage =>
        {
            stage.Answer = hook => AfterAsync(stage, hook.Action == HookActions.OnConnect ? 1_000 : 0);
            var waiting = stage.Connect();
            var outcome = waiting.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            await stage.World.Pass(100);
            stage.Code("DELETE", $"/api/v1/clients/{waiting.ClientId}").ShouldBe(2049);
            stage.Get("/api/v1/clients/").GetProperty("clients").GetArrayLength().ShouldBe(0);
            (await outcome).ShouldBe(PublishOutcome.Started);
        });

    [Fact]
    public void A_player_that_is_deleted_stops_and_leaves_the_publisher_alone() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var publisher = await stage.Publish("cam");
            var player = stage.Connect();
            await player.PlayAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
            stage.Get($"/api/v1/clients/{player.ClientId}").GetProperty("client").GetProperty("type").GetString().ShouldBe("rtmp-play");
            stage.Code("DELETE", $"/api/v1/clients/{player.ClientId}").ShouldBe(0);
            (await player.Closed).ShouldBe(CloseReason.Kicked);
            string.Join(' ', stage.ActionsOf(player.ClientId)).ShouldBe("on_connect on_play on_stop on_close");
            stage.Srs.ActivePublishers(Cam).ShouldBe([publisher.ClientId]);
        });

    [Fact]
    public void A_row_can_be_made_to_lie_about_a_live_publisher() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var publisher = await stage.Publish("cam");
            stage.Srs.LieAboutActive(Cam).ShouldBeTrue();
            await stage.World.Pass(30_000);
            stage.ShowsActive("cam").ShouldBeFalse();
            stage.Srs.ActivePublishers(Cam).ShouldBe([publisher.ClientId]);
            stage.Code("GET", $"/api/v1/clients/{publisher.ClientId}").ShouldBe(0);
        });

    [Fact]
    public void The_api_fails_in_every_way_it_is_told_to() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            Task<SimulatedApiResponse> Ask() => stage.Srs.CallApiAsync("GET", "/api/v1/versions", null, CancellationToken.None);
            (await Ask()).Status.ShouldBe(200);
            stage.Srs.ApiFault = ApiFault.Unauthorized;
            (await Ask()).Status.ShouldBe(401);
            stage.Srs.ApiFault = ApiFault.ServerError;
            (await Ask()).Status.ShouldBe(500);
            stage.Srs.ApiFault = ApiFault.Garbage;
            Should.Throw<System.Text.Json.JsonException>(() => stage.Get("/api/v1/versions"));
            stage.Srs.ApiFault = ApiFault.Down;
            (await IsUnreachableAsync(stage)).ShouldBeTrue();
            stage.Srs.ApiFault = ApiFault.None;
            stage.Srs.ApiDelay = TimeSpan.FromSeconds(7);
            var asked = stage.World.GetUtcNow();
            await Ask();
            (stage.World.GetUtcNow() - asked).TotalSeconds.ShouldBeGreaterThan(7);
        });

    [Fact]
    public void Hooks_are_lost_doubled_and_overtaken_as_told() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var live = await stage.Publish("cam");
            stage.Srs.HookFaults = hook => hook.Action switch
            {
                HookActions.OnUnpublish => HookFault.OvertakenFor(TimeSpan.FromSeconds(2)),
                HookActions.OnConnect => HookFault.Doubled,
                HookActions.OnClose => HookFault.Lost,
                _ => HookFault.None,
            };
            live.Close();
            await stage.World.Pass(10);
            var next = await stage.Publish("cam");
            await stage.World.Pass(3_000);
            string.Join(' ', stage.Hooks.Select(hook => $"{hook.Action}:{(hook.ClientId == live.ClientId ? "old" : "new")}"))
                .ShouldBe("on_connect:old on_publish:old on_connect:new on_connect:new on_publish:new on_unpublish:old");

            stage.Srs.HookFaults = _ => HookFault.AnswerLost;
            var refused = stage.Connect();
            (await refused.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "other", "")).ShouldBe(PublishOutcome.RefusedByHook);
            stage.ActionsOf(refused.ClientId)[0].ShouldBe(HookActions.OnConnect);
            stage.Srs.ActivePublishers(Cam).ShouldBe([next.ClientId]);
        });

    [Fact]
    public void Bytes_are_sampled_every_three_seconds_and_frames_when_the_publisher_is_looked_after() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            var publisher = await stage.Publish("cam");
            var seen = new SortedSet<long>();
            for (var look = 0; look < 600; look++)
            {
                await stage.World.Pass(50);
                seen.Add(stage.StreamRow("cam")!.Value.GetProperty("recv_bytes").GetInt64());
                (stage.StreamRow("cam")!.Value.GetProperty("frames").GetInt64() > 0).ShouldBe(look >= 399, look.ToString(CultureInfo.InvariantCulture));
            }

            seen.Count.ShouldBeInRange(10, 11);
            publisher.IsOpen.ShouldBeTrue();
        });

    [Fact]
    public void One_seed_is_one_run_to_the_letter()
    {
        var first = Log(11);
        first.Count.ShouldBeGreaterThan(100);
        Log(11).ShouldBe(first);
        Log(12).ShouldNotBe(first);

        static List<string> Log(int seed)
        {
            var stage = new Stage(SrsModel.V6, seed);
            stage.World.Run(async () =>
            {
                for (var round = 0; round < 20; round++)
                {
                    var publisher = await stage.Publish("cam");
                    var other = stage.Connect();
                    _ = other.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "cam", "");
                    await stage.World.Pass(1_234);
                    stage.Srs.HandleApi("DELETE", $"/api/v1/clients/{publisher.ClientId}", null);
                    await publisher.Closed;
                }
            });
            return [.. stage.Srs.Events.Select(entry => entry.ToString() + entry.At.Ticks)];
        }
    }

    private static async Task<HookResult> AfterAsync(Stage stage, double milliseconds)
    {
        if (milliseconds > 0)
        {
            await stage.World.Pass(milliseconds);
        }

        return HookResult.Accepted;
    }

    // Shouldly's own ThrowAsync leaves the context.
    private static async Task<bool> IsUnreachableAsync(Stage stage)
    {
        try
        {
            await stage.Srs.CallApiAsync("GET", "/api/v1/versions", null, CancellationToken.None);
            return false;
        }
        catch (SimulatedApiUnreachableException)
        {
            return true;
        }
    }

    private static SrsModel ModelOf(string version)
    {
        var parts = version.Split('.').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return SrsModel.Of(parts[0], parts[1], parts[2]);
    }
}
