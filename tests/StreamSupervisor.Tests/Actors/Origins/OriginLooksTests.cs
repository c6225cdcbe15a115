using Akka.Actor;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>What the looks of one actor tell the streams.</summary>
public class OriginLooksTests : OriginScene
{
    private static readonly TimeSpan Interval = new OriginSettings().SweepInterval;

    [Fact]
    public async Task The_first_look_comes_within_a_second_and_what_it_saw_reaches_the_member()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();

        await UntilAsync(() => Known.ActiveStreams == 1, TimeSpan.FromSeconds(1));
        Known.Status.ShouldBe(OriginStatus.Up);
        Known.Process!.ServiceId.ShouldBe("process-1");
        Directory.StandingOf(Origin, SessionOf("cam")).ShouldBe(ProcessStanding.Current);
        Directory.StandingOf("srs-9", SessionOf("cam")).ShouldBe(ProcessStanding.Unknown);
        Streams.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_publisher_that_nobody_had_asked_about_is_told_after_its_client_was_asked_for()
    {
        Srs.Publish(Key, "stranger");
        await StartAsync();

        await UntilAsync(() => Streams.ToldOf<ReportPublisherSeen>().Count > 0);
        var seen = Streams.ToldOf<ReportPublisherSeen>()[0];
        (seen.By.Session, seen.Verified).ShouldBe((SessionOf("stranger"), true));
        Srs.CountOf("client").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_session_whose_row_is_gone_but_whose_client_publishes_is_left_in_peace()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        Srs.HideRow(Key);
        for (var second = 0; second < 11; second++)
        {
            Srs.Receive("cam", 100_000);
            await PassAsync(TimeSpan.FromSeconds(1));
        }

        Srs.CountOf("client").ShouldBeGreaterThan(0);
        Streams.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_index_is_read_whole_only_where_it_knows_more()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        await PassAsync(TimeSpan.FromSeconds(5));
        var atTheStart = Loads;

        await PassAsync(new OriginSettings().ReloadEvery * 2);
        Loads.ShouldBe(atTheStart);

        // Its own message was lost.
        Index.Add(LiveBelief("second", key: StreamKey.Parse("live/second")));
        await UntilAsync(() => Loads == atTheStart + 1, new OriginSettings().ReloadEvery * 2);
    }

    [Fact]
    public async Task Members_hear_which_keys_a_server_publishes_for_nobody_until_it_does_not()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        await UntilAsync(() =>
        {
            Srs.Orphan(Key);
            return !Known.OrphanedKeys.IsEmpty;
        });
        Known.OrphanedKeys.ShouldBe([Key.ToString()]);

        Srs.Publish(Key, "cam");
        await UntilAsync(() => Known.OrphanedKeys.IsEmpty, Interval * 2);
    }

    [Fact]
    public async Task A_stream_that_its_own_server_asks_for_is_published_for_nobody()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        await UntilAsync(() =>
        {
            Srs.Orphan(Key, clients: 1);
            Actor.Tell(new AskedForItsOwn(Origin, Key, By("cam", "process-1").Session));
            return !Known.OrphanedKeys.IsEmpty;
        });
        Known.OrphanedKeys.ShouldBe([Key.ToString()]);
    }

    [Fact]
    public async Task Members_hear_of_which_keys_a_server_names_another_publisher_until_it_does_not()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        Srs.Misname(Key, "other");
        await UntilAsync(() => !Known.MisnamedKeys.IsEmpty, Interval * 3);
        Known.MisnamedKeys.ShouldBe([Key.ToString()]);

        Srs.Publish(Key, "cam");
        await UntilAsync(() => Known.MisnamedKeys.IsEmpty, Interval * 3);
    }

    [Fact]
    public async Task A_session_is_missing_only_when_its_client_is()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        Srs.Leave(Key, "cam");

        await UntilAsync(() => Streams.ToldOf<ReportPublisherMissing>().Count > 0, Interval * 2);
        var missing = Streams.ToldOf<ReportPublisherMissing>()[0];
        (missing.Session, missing.Verified).ShouldBe((SessionOf("cam"), true));
    }

    [Fact]
    public async Task A_server_that_was_started_again_has_ended_the_sessions_of_its_old_process()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        Srs.Restart("process-2");

        await UntilAsync(() => Streams.ToldOf<ReportProcessReplaced>().Count > 0, TimeSpan.FromSeconds(2));
        Streams.ToldOf<ReportProcessReplaced>()[0].ShouldBe(new ReportProcessReplaced("server-1", "process-2", "process-1"));
        Known.Process!.ServiceId.ShouldBe("process-2");
        Directory.StandingOf(Origin, SessionOf("cam")).ShouldBe(ProcessStanding.Superseded);
    }

    [Fact]
    public async Task A_publisher_whose_bytes_stand_still_is_silent()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();

        await UntilAsync(() => Streams.ToldOf<ReportSilent>().Count > 0, TimeSpan.FromSeconds(8));
        Streams.ToldOf<ReportSilent>()[0].Session.ShouldBe(SessionOf("cam"));
    }

    [Fact]
    public async Task A_publisher_is_found_silent_though_the_clock_was_set_back_ten_minutes()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        await PassAsync(TimeSpan.FromSeconds(3));
        Time.SetBack = TimeSpan.FromMinutes(10);

        await UntilAsync(() => Streams.ToldOf<ReportSilent>().Count > 0, TimeSpan.FromSeconds(5));
        Streams.ToldOf<ReportSilent>()[0].Generation.ShouldBe(Index[0].Session!.Generation);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_suspect_then_down_and_ends_nothing()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        Srs.Reachable = false;
        await UntilAsync(() => Known.Status == OriginStatus.Suspect, TimeSpan.FromSeconds(2));
        await UntilAsync(() => Known.Status == OriginStatus.Down, TimeSpan.FromSeconds(15));
        Streams.Told.ShouldBeEmpty();
        Known.LastError.ShouldNotBeNull();

        Srs.Reachable = true;
        await UntilAsync(() => Known.Status == OriginStatus.Up, Interval * 2);
    }

    [Fact]
    public async Task An_API_that_answers_as_another_server_for_a_while_ends_nothing_and_is_right_again_within_two_sweeps()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        Hear(HookAction.OnPlay, "viewer");
        var right = Srs.Process;
        Srs.Process = new("server-9", "process-9", "9", right.Version);
        await UntilAsync(() => Known.Misaddressed is not null, Interval * 2);
        await PassAsync(TimeSpan.FromSeconds(20));
        Streams.ToldOf<ReportProcessReplaced>().ShouldBeEmpty();
        Known.Status.ShouldNotBe(OriginStatus.Up);

        Srs.Process = right;
        await UntilAsync(() => Known is { Misaddressed: null, Status: OriginStatus.Up }, Interval * 2);
        Known.Process!.ServiceId.ShouldBe("process-1");
    }

    [Fact]
    public async Task A_sweep_can_be_asked_for()
    {
        await StartAsync();
        await PassAsync(TimeSpan.FromSeconds(1));
        Srs.Publish(Key, "stranger");
        Actor.Tell(new SweepSoon(Origin));

        await UntilAsync(() => Streams.ToldOf<ReportPublisherSeen>().Count > 0, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_belief_whose_last_message_was_lost_is_forgotten_when_the_index_is_read_again()
    {
        Srs.Publish(Key, "cam");
        Index.Add(LiveBelief("cam"));
        await StartAsync();
        Index.Clear();
        Srs.Leave(Key, "cam");
        await UntilAsync(() => Streams.ToldOf<ReportPublisherMissing>().Count > 0);
        await PassAsync(TimeSpan.FromMinutes(2.2));
        var told = Streams.Told.Count;

        await PassAsync(Interval * 3);
        Streams.Told.Count.ShouldBe(told);
    }

    [Fact]
    public async Task A_server_that_comes_and_goes_four_times_a_second_does_not_fill_the_log()
    {
        await StartAsync();
        await EventFilter.Warning(contains: "srs-1 is suspect").ExpectAsync(1, async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                Srs.Reachable = !Srs.Reachable;
                await PassAsync(TimeSpan.FromMilliseconds(500));
            }
        });
    }
}
