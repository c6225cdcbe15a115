using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Whether a publisher is silent for one that SRS has refused.</summary>
public partial class SilenceDetectorTests
{
    [Fact]
    public void A_publisher_that_is_sending_is_not_silent_when_a_viewer_leaves_the_trace_of_a_refused_publisher()
    {
        Start(bytesPerSecond: 60_000);
        for (var i = 0; i < 40; i++)
        {
            _scene.Run(TimeSpan.FromSeconds(0.7));
            _scene.Silence.IsSilent(_scene.SessionOf("cam"), 1, _scene.Elapsed).ShouldBe(Silence.No);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_publisher_by_WebRTC_that_is_sending_is_not_silent_between_two_counts(bool playersLeave)
    {
        for (var phase = 0.0; phase < 5; phase += 0.5)
        {
            var trial = new SilenceDetectorTests { _phase = TimeSpan.FromSeconds(phase) };
            trial.Start(bytesPerSecond: 60_000, "other");
            var camera = trial.Start(bytesPerSecond: 60_000, countedEvery: 5 * Second);
            (camera.SaysWhetherMediaCame, camera.Players) = (true, playersLeave ? 5 : 0);
            for (var i = 0; i < 60; i++)
            {
                trial._scene.Run(TimeSpan.FromSeconds(0.7));
                trial._scene.Silence.IsSilent(trial._scene.SessionOf("cam"), 1, trial._scene.Elapsed).ShouldBe(Silence.No, $"{phase:0.0} {i}");
                camera.Players = i < 20 ? camera.Players : 0;
            }

            trial._scene.ToldOf<ReportSilent>().ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_publisher_whose_bytes_stand_still_for_a_sample_is_silent_for_one_that_SRS_has_refused()
    {
        Start(bytesPerSecond: 60_000, "other");
        var camera = Start(bytesPerSecond: 60_000);
        _scene.Run(TimeSpan.FromSeconds(10));
        camera.SilentFrom = _scene.Elapsed;
        _scene.Run(TimeSpan.FromSeconds(7.5));

        _scene.Silence.IsSilent(_scene.SessionOf("cam"), 1, _scene.Elapsed).ShouldBe(Silence.Yes);
        _scene.Silence.IsSilent(_scene.SessionOf("cam"), 2, _scene.Elapsed).ShouldBe(Silence.No);
        _scene.Silence.IsSilent(_scene.SessionOf("other"), 1, _scene.Elapsed).ShouldBe(Silence.No);
        _scene.Silence.IsSilent(_scene.SessionOf("nobody"), 1, _scene.Elapsed).ShouldBe(Silence.No);
    }

    [Fact]
    public void Where_nothing_else_moves_the_sampler_must_be_asked_for_one_that_SRS_has_refused()
    {
        var camera = Start(bytesPerSecond: 60_000);
        _scene.Run(TimeSpan.FromSeconds(10));
        camera.SilentFrom = _scene.Elapsed;
        _scene.Run(TimeSpan.FromSeconds(7.2));

        _scene.Silence.IsSilent(_scene.SessionOf("cam"), 1, _scene.Elapsed).ShouldBe(Silence.IfSampled);
        _scene.Silence.SamplerRan(TimeSpan.FromSeconds(2)).ShouldBeTrue();
        _scene.Silence.SamplerRan(TimeSpan.FromSeconds(20)).ShouldBeFalse();
    }
}
