using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Samples that are missing are no silence.</summary>
public partial class SilenceDetectorTests
{
    [Fact]
    public void A_server_that_could_not_be_looked_at_makes_nobody_silent()
    {
        Start(bytesPerSecond: 60_000);
        for (var i = 0; i < 10; i++)
        {
            // Frozen for 7 s, and its sampler with it: the bytes are the old ones when it answers again.
            _scene.Run(TimeSpan.FromSeconds(5.3));
            _scene.Reachable = false;
            _samplerStuckSince = _scene.Elapsed;
            _scene.Run(TimeSpan.FromSeconds(7));
            _scene.Reachable = true;
            _scene.Run(TimeSpan.FromSeconds(2.4));
            _samplerStuckSince = null;
        }

        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_gap_between_looks_is_no_silence()
    {
        Start(bytesPerSecond: 60_000).SilentFrom = _scene.Elapsed + Second;
        for (var i = 0; i < 8; i++)
        {
            _scene.Sweep();
            _scene.Wait(TimeSpan.FromSeconds(9));
        }

        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_sampler_that_stands_still_while_the_api_answers_makes_nobody_silent_and_is_told()
    {
        Start(bytesPerSecond: 60_000);
        _scene.Run(TimeSpan.FromSeconds(10));
        _samplerStuckSince = _scene.Elapsed;
        _scene.SampleAge = TimeSpan.FromSeconds(25); // it waits for the answer to its heartbeat

        _scene.Run(TimeSpan.FromSeconds(30));

        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
        _scene.Findings.OfType<LookFinding.SamplerStuck>().ShouldNotBeEmpty();
    }

    [Fact]
    public void Where_other_streams_move_nobody_asks_whether_the_sampler_runs()
    {
        Start(bytesPerSecond: 60_000, "other");
        var camera = Start(bytesPerSecond: 60_000);
        camera.SilentFrom = camera.StartedAt + 3 * Second;

        _scene.Run(TimeSpan.FromSeconds(20));

        _scene.ToldOf<ReportSilent>().Select(told => told.Session.ClientId).Distinct().ShouldBe(["cam"]);
        _scene.CountOf("summaries").ShouldBe(0);
    }
}
