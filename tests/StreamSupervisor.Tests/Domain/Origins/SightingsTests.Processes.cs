using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Processes that are over, and addresses that are wrong.</summary>
public partial class SightingsTests
{
    [Fact]
    public void A_new_process_ends_the_sessions_of_the_old_one_in_the_next_look()
    {
        _scene.Publish(LookScene.Key, "cam");
        _scene.Believe(LookScene.Key, "cam");
        _scene.Sweep();
        _scene.Restart("process-2");

        _scene.Sweep();

        _scene.ToldOf<ReportProcessReplaced>().Single().ShouldBe(new ReportProcessReplaced("server-1", "process-2", "process-1"));
        _scene.ToldOf<ReportPublisherMissing>().ShouldBeEmpty();
    }

    [Fact]
    public void A_server_that_names_itself_anew_ends_sessions_under_the_name_that_they_know_once_a_hook_says_so_too()
    {
        _scene.Sweep();
        _scene.Believe(LookScene.Key, "cam");
        _scene.Restart("process-2", serverId: "server-renamed");

        _scene.Sweep();
        _scene.Told.ShouldBeEmpty();

        _scene.State.Heard("server-renamed", "process-2", _scene.Now).Standing.ShouldBe(HookStanding.Current);
        _scene.Sweep();
        _scene.ToldOf<ReportProcessReplaced>().Single().ShouldBe(new ReportProcessReplaced("server-1", "process-2", "process-1"));
    }

    [Fact]
    public void A_server_that_is_first_seen_at_a_wrong_address_ends_no_session()
    {
        _scene.Believe(LookScene.Key, "cam");
        _scene.Restart("process-of-another", serverId: "another-server");

        _scene.Run(TimeSpan.FromSeconds(20));

        _scene.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_session_that_was_admitted_in_a_newer_process_than_the_look_saw_is_left_alone()
    {
        var look = new Look(_scene.Process, [], _scene.Now, _scene.Elapsed, TimeSpan.Zero);
        _scene.Wait(TimeSpan.FromMilliseconds(1));
        _scene.Believe(LookScene.Key, "cam", serviceId: "process-2");

        _scene.Sightings.Compare(look, _scene.Beliefs, _scene.State.Snapshot()).Reports.ShouldBeEmpty();
    }

    [Fact]
    public void A_wedge_is_cleared_by_the_next_process()
    {
        var wedge = new Wedge(LookScene.Name, "server-1", "process-0", _scene.Now.Utc);
        _scene.Believe(new LiveStreamState { Key = LookScene.Key, Wedges = [wedge] });

        _scene.Sweep();

        _scene.ToldOf<ReportProcessReplaced>().Single().ServiceId.ShouldBe("process-1");
    }

    [Fact]
    public void SRS_4_is_asked_who_it_is_in_each_sweep()
    {
        _scene.Process = new OriginProcess("server-1", "100:5000", "100", new SrsVersion(4, 0, 271));
        _scene.Believe(LookScene.Key, "cam");
        _scene.Publish(LookScene.Key, "cam");
        _scene.Sweep();
        _scene.Restart("200:9000");

        _scene.Sweep();

        _scene.ToldOf<ReportProcessReplaced>().Single().ShouldBe(new ReportProcessReplaced("server-1", "200:9000", "100:5000"));
    }
}
