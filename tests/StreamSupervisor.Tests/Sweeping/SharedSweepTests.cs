using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Peers;
using StreamSupervisor.Server.Sweeping;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Tests.Srs;

namespace StreamSupervisor.Tests.Sweeping;

/// <summary>A member that sweeps a node for others, and one that takes what others saw.</summary>
public sealed class SharedSweepTests : IDisposable
{
    private static readonly TimeSpan Interval = new SweepOptions().Interval;
    private readonly SrsScene _scene = new();
    private readonly Duty _duty = new();
    private readonly CancellationTokenSource _stop = new();
    private Sweeper _sweeper = null!;

    [Fact]
    public void Who_sweeps_a_node_shares_every_look_with_its_age()
    {
        _duty.Mine = true;
        _scene.Srs.Publish(SrsScene.Key, "cam", bytes: 5_000);
        Start();

        var look = _duty.Shared.Last();
        look.Origin.ShouldBe("srs-1");
        look.Process!.ServiceId.ShouldBe("process-1");
        look.Streams.Single().PublisherClientId.ShouldBe("cam");
        look.Failure.ShouldBeNull();
        look.Age.ShouldBeInRange(_scene.Srs.Latency, TimeSpan.FromMilliseconds(20));
        look.SeenAge.ShouldBeLessThanOrEqualTo(look.Age);
    }

    [Fact]
    public void A_look_that_failed_is_shared_too()
    {
        _duty.Mine = true;
        _scene.Srs.Reachable = false;
        Start();
        _duty.Shared.Last().Process.ShouldBeNull();
        _duty.Shared.Last().Failure.ShouldNotBeNull();
    }

    [Fact]
    public void Who_does_not_sweep_a_node_looks_once_at_its_start_and_then_not_as_long_as_others_do()
    {
        Start();
        _scene.Srs.CountOf("streams").ShouldBe(1);
        for (var i = 0; i < 60; i++)
        {
            Hear();
            _scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        }

        _scene.Srs.CountOf("streams").ShouldBe(1);
        _duty.Shared.ShouldBeEmpty();
    }

    [Fact]
    public void What_another_member_saw_is_compared_with_the_beliefs_here()
    {
        Start();
        _scene.Believe(SrsScene.Key, "cam");
        Later();

        Hear(); // the stream is gone, and so is the client, which is asked for here

        _scene.Region.ToldOf<ReportPublisherMissing>().Single().Session.ClientId.ShouldBe("cam");
        _scene.Srs.CountOf("streams").ShouldBe(1);
        _scene.Srs.CountOf("client").ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_look_counts_from_when_it_began_by_the_clock_here()
    {
        Start();
        Later();
        _scene.Srs.Publish(SrsScene.Key, "stranger", bytes: 5_000);

        Hear(age: TimeSpan.FromSeconds(2));

        var seen = _scene.Region.ToldOf<ReportPublisherSeen>().Single();
        (_scene.Time.GetUtcNow() - seen.LookedAt).ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.1));
    }

    [Fact]
    public void A_session_that_is_younger_than_the_look_is_not_missing_in_it()
    {
        Start();
        Later();
        _scene.Believe(SrsScene.Key, "cam", since: _scene.Time.GetUtcNow() - TimeSpan.FromSeconds(1));
        Hear(age: TimeSpan.FromSeconds(3));
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void Streams_of_other_members_are_theirs_to_speak_of_in_own_looks_and_in_others()
    {
        _duty.OwnsAll = false;
        _scene.Srs.Publish(SrsScene.Key, "stranger", bytes: 5_000);
        Start();
        Later();
        Hear();
        _scene.Region.Told.ShouldBeEmpty();
        _scene.Srs.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void A_session_whose_bytes_stand_still_in_the_looks_of_another_member_is_silent()
    {
        Start();
        _scene.Srs.Publish(SrsScene.Key, "cam", bytes: 900_000);
        _scene.Srs.SampleAge = TimeSpan.FromSeconds(1);
        _scene.Believe(SrsScene.Key, "cam");
        for (var i = 0; i < 20 && !_scene.Region.ToldOf<ReportSilent>().Any(); i++)
        {
            Hear();
            _scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        }

        _scene.Region.ToldOf<ReportSilent>().First().Session.ClientId.ShouldBe("cam");
        _scene.Srs.CountOf("streams").ShouldBe(1);
    }

    [Fact]
    public void A_gap_between_the_looks_of_another_member_is_no_silence()
    {
        Start();
        _scene.Srs.Publish(SrsScene.Key, "cam", bytes: 900_000);
        _scene.Srs.SampleAge = TimeSpan.FromSeconds(1);
        _scene.Believe(SrsScene.Key, "cam");
        for (var i = 0; i < 8; i++)
        {
            Hear();
            _scene.Scheduler.RunFor(TimeSpan.FromSeconds(9));
        }

        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_look_of_a_process_that_is_over_by_now_says_nothing()
    {
        Start();
        _scene.Believe(SrsScene.Key, "cam", serviceId: "process-2", since: _scene.Time.GetUtcNow() - TimeSpan.FromHours(1));
        var old = LookNow();
        _scene.Srs.Restart("process-2");
        Hear();
        Later();
        _scene.Region.Told.Clear();

        Hear(old);

        _scene.Region.ToldOf<ReportProcessReplaced>().ShouldBeEmpty();
        _scene.Origin.Process!.ServiceId.ShouldBe("process-2");
    }

    [Fact]
    public void A_new_process_that_another_member_saw_ends_the_sessions_of_the_old_one()
    {
        Start();
        _scene.Believe(SrsScene.Key, "cam");
        _scene.Srs.Restart("process-2");
        Later();
        Hear();
        _scene.Region.ToldOf<ReportProcessReplaced>().First().ShouldBe(new ReportProcessReplaced("server-1", "process-2"));
    }

    [Fact]
    public void A_look_from_the_distant_past_or_the_future_is_dropped()
    {
        Start();
        _scene.Srs.Publish(SrsScene.Key, "stranger", bytes: 5_000);
        Later();
        Hear(age: TimeSpan.FromMinutes(1));
        Hear(age: -TimeSpan.FromSeconds(1));
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void When_nobodys_looks_come_a_member_looks_by_itself_until_they_come_again()
    {
        Start();
        _scene.Scheduler.RunFor(Interval * 2.5);
        _scene.Srs.CountOf("streams").ShouldBe(1);
        _scene.Scheduler.RunFor(Interval * 3);
        var alone = _scene.Srs.CountOf("streams");
        alone.ShouldBeGreaterThan(3);
        _duty.Shared.ShouldBeEmpty();

        Hear();
        Hear();
        alone = _scene.Srs.CountOf("streams");
        _scene.Scheduler.RunFor(Interval);
        (_scene.Srs.CountOf("streams") - alone).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void A_node_that_the_sweeping_member_does_not_reach_is_looked_at_here_in_the_end()
    {
        Start();
        for (var i = 0; i < 20; i++)
        {
            _scene.Scheduler.Inside(() => { _sweeper.Take(new OriginLook("srs-1", null, [], default, default, default, "cut off")); return true; });
            _scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        }

        _scene.Srs.CountOf("streams").ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Who_comes_to_own_the_shard_of_the_node_takes_over_within_a_second_or_so()
    {
        Start();
        Hear();
        _duty.Mine = true;
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(2.5));
        _duty.Shared.Count.ShouldBeGreaterThanOrEqualTo(1);

        _duty.Mine = false;
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(2));
        Hear();
        var before = _scene.Srs.CountOf("streams");
        Hear();
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        _scene.Srs.CountOf("streams").ShouldBe(before);
    }

    [Fact]
    public void A_look_can_be_asked_for_by_whoever_does_not_sweep_too()
    {
        Start();
        Hear();
        _scene.Srs.Publish(SrsScene.Key, "stranger", bytes: 5_000);
        _scene.Scheduler.Inside(() => { _sweeper.LookSoon(); return true; });
        _scene.Scheduler.RunFor(TimeSpan.FromMilliseconds(200));
        _scene.Srs.CountOf("streams").ShouldBe(2);
        _scene.Region.ToldOf<ReportPublisherSeen>().Count().ShouldBe(1);
    }

    public void Dispose()
    {
        _scene.Scheduler.Inside(() => { _stop.Cancel(); return true; });
        _stop.Dispose();
    }

    private void Start()
    {
        _sweeper = new Sweeper(_scene.Origin, _scene.Directory, _scene.Region, _scene.Rules, new SweepOptions(), _scene.Time, NullLogger<Sweeper>.Instance, _duty);
        _scene.Scheduler.Inside(() => _sweeper.RunAsync(_stop.Token));
        _scene.Scheduler.RunUntil(() => _sweeper.FirstSweepDone.IsCompleted, TimeSpan.FromSeconds(10));
        _scene.Scheduler.RunFor(TimeSpan.FromMilliseconds(10));
    }

    /// <summary>Past the interval, so that the next look is compared; not so far that this member looks by itself.</summary>
    private void Later() => _scene.Scheduler.RunFor(Interval);

    private OriginLook LookNow(TimeSpan? age = null) => new("srs-1", new SrsProcess(_scene.Srs.ServerId, _scene.Srs.ServiceId, "1", _scene.Srs.Version),
        [.. _scene.Srs.Streams], age ?? TimeSpan.FromMilliseconds(2), age is null ? TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, TimeSpan.FromMilliseconds(1));

    private void Hear(OriginLook? look = null, TimeSpan? age = null)
    {
        look ??= LookNow(age);
        _scene.Scheduler.Inside(() => { _sweeper.Take(look); return true; });
        _scene.Scheduler.RunFor(TimeSpan.FromMilliseconds(50));
    }

    private sealed class Duty : ISweepDuty
    {
        public bool Mine { get; set; }
        public bool OwnsAll { get; set; } = true;
        public List<OriginLook> Shared { get; } = [];

        public bool Sweeps(string origin) => Mine;

        public bool Owns(StreamKey key) => OwnsAll;

        public void Share(OriginLook look) => Shared.Add(look);
    }
}
