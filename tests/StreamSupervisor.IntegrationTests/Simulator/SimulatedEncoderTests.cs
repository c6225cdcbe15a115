using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

public sealed class SimulatedEncoderTests
{
    private static readonly SimulatedStreamKey Cam = new("live", "cam");

    [Fact]
    public void An_encoder_that_lost_its_network_is_refused_until_the_server_times_out() =>
        Play([SrsModel.V6], async (world, servers) =>
        {
            var encoder = new SimulatedEncoder(new EncoderOptions
            {
                Name = "shop", Key = Cam, Retry = RetryPolicy.Every(TimeSpan.FromSeconds(1)),
                Trouble = EncoderTrouble.Drops(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)),
            }, servers, world);
            using var stop = new CancellationTokenSource();
            var run = encoder.RunAsync(stop.Token);
            await world.Pass(27_000);
            stop.Cancel();
            await run;
            var report = encoder.Report;
            report.RefusedBusy.ShouldBeInRange(20, 23);
            report.Returns.Length.ShouldBe(1);
            report.Returns[0].Took.TotalSeconds.ShouldBeInRange(20, 23);
            report.Returns[0].Tries.ShouldBe(report.RefusedBusy + 1);
            report.IsOnAir.ShouldBeFalse();
        });

    [Fact]
    public void Obs_waits_half_as_long_again_after_each_refusal_and_gives_up_its_first_start() =>
        Play([SrsModel.V6], async (world, servers) =>
        {
            var first = servers[0].Connect("127.0.0.1")!;
            await first.PublishAsync(Cam.Vhost, Cam.App, Cam.Stream, "");
            var refused = new SimulatedEncoder(new EncoderOptions { Name = "obs", Key = Cam }, servers, world);
            await refused.RunAsync(CancellationToken.None);
            refused.Report.GaveUp.ShouldBeTrue();
            refused.Report.Tries.ShouldBe(1);

            var pauses = Enumerable.Range(1, 4).Select(failures => RetryPolicy.Obs.Pause(failures, wasOnAir: true)!.Value.TotalSeconds);
            pauses.ShouldBe([2, 3, 4.5, 6.75]);
        });

    [Fact]
    public void Two_encoders_of_one_key_that_both_retry_are_a_duel_for_a_gate_that_kicks() =>
        Play([SrsModel.V6], async (world, servers) =>
        {
            var options = new EncoderOptions { Name = "a", Key = Cam, Retry = RetryPolicy.Every(TimeSpan.FromSeconds(1)) };
            var (a, b) = (new SimulatedEncoder(options, servers, world), new SimulatedEncoder(options with { Name = "b" }, servers, world));
            using var stop = new CancellationTokenSource();
            var runs = Task.WhenAll(a.RunAsync(stop.Token), b.RunAsync(stop.Token));
            await world.Pass(20_000);
            stop.Cancel();
            await runs;
            (a.Report.Starts + b.Report.Starts).ShouldBeInRange(12, 22);
            servers[0].ActivePublishers(Cam).Count.ShouldBeLessThan(2);
        }, kicks: true);

    [Fact]
    public void An_encoder_that_changes_its_node_leaves_its_session_behind() =>
        Play([SrsModel.V6, SrsModel.V5], async (world, servers) =>
        {
            var encoder = new SimulatedEncoder(new EncoderOptions
            {
                Name = "van", Key = Cam, Trouble = EncoderTrouble.ChangesNode(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1)),
            }, servers, world);
            using var stop = new CancellationTokenSource();
            var run = encoder.RunAsync(stop.Token);
            await world.Pass(5_000);
            servers[0].ActivePublishers(Cam).Count.ShouldBe(1);
            servers[1].ActivePublishers(Cam).Count.ShouldBe(1);
            encoder.Report.Server.ShouldBe("srs-2");
            stop.Cancel();
            await run;
        });

    [Fact]
    public void An_encoder_survives_the_restart_of_its_server() =>
        Play([SrsModel.V6], async (world, servers) =>
        {
            var encoder = new SimulatedEncoder(new EncoderOptions { Name = "cam", Key = Cam }, servers, world);
            using var stop = new CancellationTokenSource();
            var run = encoder.RunAsync(stop.Token);
            await world.Pass(5_000);
            servers[0].Stop();
            await world.Pass(3_000);
            encoder.IsOnAir.ShouldBeFalse();
            servers[0].Start();
            await world.Pass(5_000);
            encoder.IsOnAir.ShouldBeTrue();
            encoder.Report.Failed.ShouldBePositive();
            stop.Cancel();
            await run;
        });

    private static void Play(SrsModel[] models, Func<SimulatedWorld, IReadOnlyList<SimulatedSrs>, Task> scenario, bool kicks = false)
    {
        var world = new SimulatedWorld();
        List<SimulatedSrs> servers = [];
        foreach (var model in models)
        {
            var options = new SimulatedSrsOptions { Model = model, ServerId = $"srs-{servers.Count + 1}" };
            servers.Add(new SimulatedSrs(options, world, new Random(servers.Count), kicks ? KickAsync : (_, _) => Task.FromResult(HookResult.Accepted)));
        }

        world.Run(() => scenario(world, servers));

        // The bare idea: kick whoever publishes, wait until it is gone, say yes.
        async Task<HookResult> KickAsync(SimulatedHook hook, CancellationToken cancellation)
        {
            if (hook.Action == HookActions.OnPublish)
            {
                foreach (var client in servers[0].ActivePublishers(Cam))
                {
                    servers[0].HandleApi("DELETE", "/api/v1/clients/" + client, null);
                }

                await world.Until(() => servers[0].ActivePublishers(Cam).Count == 0);
            }

            return HookResult.Accepted;
        }
    }
}
