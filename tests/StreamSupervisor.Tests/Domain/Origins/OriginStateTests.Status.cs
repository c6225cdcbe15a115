using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Whether a server answers, and how busy it is.</summary>
public partial class OriginStateTests
{
    [Fact]
    public void A_server_that_stays_away_is_down_after_ten_seconds_and_up_again_with_its_next_answer()
    {
        Identify(Ours);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Suspect);
        Wait(10);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Down);
        _state.Snapshot().LastError.ShouldBe("refused");

        _events.AddRange(_state.Answered(Ours.ServerId, Ours.ServiceId, Now).Events);
        _state.Snapshot().Status.ShouldBe(OriginStatus.Up);
        _state.Snapshot().LastError.ShouldBeNull();
        _events.OfType<OriginEvent.StatusChanged>().Select(change => change.To)
            .ShouldBe([OriginStatus.Up, OriginStatus.Suspect, OriginStatus.Down, OriginStatus.Up]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_whose_api_is_away_but_that_sends_heartbeats_or_hooks_is_suspect_and_down_only_when_they_end(bool heartbeat)
    {
        Identify(Ours);
        Fail();
        Wait(2);
        _ = heartbeat ? _state.Heartbeat(Ours.ServerId, Ours.ServiceId, 12.5, Now) : _state.Heard(Ours.ServerId, Ours.ServiceId, Now);
        Wait(10);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Suspect);
        _state.Snapshot().CpuPercent.ShouldBe(heartbeat ? 12.5 : 0);

        Wait(6);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Down);
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_makes_nobody_up_or_down()
    {
        Identify(Ours);
        Fail();
        _elapsed += TimeSpan.FromSeconds(10);

        _state.Failed("refused", new Moment(Now.Utc - TimeSpan.FromMinutes(10), _elapsed));

        _state.Snapshot().Status.ShouldBe(OriginStatus.Down);
    }

    [Fact]
    public void Processes_that_are_over_are_remembered_up_to_a_bound()
    {
        for (var i = 0; i < 200; i++)
        {
            Identify(Ours with { ServiceId = $"process-{i}" });
        }

        _state.Snapshot().Superseded.Length.ShouldBe(64);
        _state.Snapshot().Superseded[^1].ShouldBe("process-198");
    }

    [Fact]
    public void The_load_is_that_of_the_last_list()
    {
        Identify(Ours);
        _state.Listed(new Look(Ours,
            [
                new StreamRow("1", "v", "live", "a", Active: true, "c", 1, 1) { ReceivedKbps = 800 },
                new StreamRow("2", "v", "live", "b", Active: false, "", 1, 0),
            ],
            Now, _elapsed, TimeSpan.FromMilliseconds(3)));
        _state.Busy(7);
        _state.Busy(null);

        var snapshot = _state.Snapshot();
        (snapshot.Streams, snapshot.ActiveStreams, snapshot.BytesPerSecond, snapshot.CpuPercent).ShouldBe((2, 1, 100_000, 7));
    }

    [Fact]
    public void The_last_looks_are_remembered_with_how_long_they_took()
    {
        Identify(Ours);
        for (var took = 1; took <= OriginState.MaxLookTimes + 2; took++)
        {
            _state.Listed(new Look(Ours, [], Now, _elapsed, TimeSpan.FromMilliseconds(took)));
        }

        var snapshot = _state.Snapshot();
        snapshot.LookTimes.Select(took => took.TotalMilliseconds).ShouldBe(Enumerable.Range(3, OriginState.MaxLookTimes).Select(took => (double)took));
        snapshot.LastLookTook.ShouldBe(TimeSpan.FromMilliseconds(OriginState.MaxLookTimes + 2));
    }
}
