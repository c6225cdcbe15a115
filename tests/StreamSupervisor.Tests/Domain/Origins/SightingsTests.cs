using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

public partial class SightingsTests
{
    private readonly LookScene _scene = new(TimeSpan.Zero);

    [Fact]
    public void An_active_publisher_that_nobody_knows_is_asked_for_itself_and_then_told()
    {
        _scene.Publish(LookScene.Key, "stranger", bytes: 5_000);
        var before = _scene.Now.Utc;

        _scene.Sweep();

        var seen = _scene.ToldOf<ReportPublisherSeen>().Single();
        seen.By.ShouldBe(_scene.PublisherOf("stranger"));
        seen.Verified.ShouldBeTrue();
        seen.LookedAt.ShouldBeInRange(before, before + TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void What_agrees_with_the_belief_is_not_worth_a_word_or_a_question()
    {
        _scene.Publish(LookScene.Key, "cam");
        _scene.Believe(LookScene.Key, "cam");

        _scene.Sweep();

        _scene.Told.ShouldBeEmpty();
        _scene.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void An_admitted_session_is_confirmed_by_its_row_alone()
    {
        _scene.Publish(LookScene.Key, "cam");
        _scene.Believe(LookScene.Key, "cam", confirmed: false);

        _scene.Sweep();

        _scene.ToldOf<ReportPublisherSeen>().Single().Verified.ShouldBeFalse();
        _scene.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void A_believed_session_without_a_row_is_missing_once_SRS_does_not_know_its_client()
    {
        _scene.Believe(LookScene.Key, "cam");

        _scene.Sweep();

        var missing = _scene.ToldOf<ReportPublisherMissing>().Single();
        missing.Session.ShouldBe(_scene.SessionOf("cam"));
        missing.Verified.ShouldBeTrue();
    }

    [Fact]
    public void A_session_that_was_believed_after_the_look_began_is_not_missing_in_it()
    {
        var look = new Look(_scene.Process, [], _scene.Now, _scene.Elapsed, TimeSpan.Zero);
        _scene.Wait(TimeSpan.FromMilliseconds(1));
        _scene.Believe(LookScene.Key, "cam");

        _scene.Sightings.Compare(look, _scene.Beliefs, _scene.State.Snapshot()).Question.ShouldBeNull();
    }

    [Fact]
    public void A_row_that_lies_about_being_inactive_ends_no_session()
    {
        _scene.Publish(LookScene.Key, "cam", active: false);
        _scene.Believe(LookScene.Key, "cam");

        _scene.Sweep();

        _scene.Told.ShouldBeEmpty();
        _scene.CountOf("client").ShouldBe(1);
    }

    [Fact]
    public void A_session_that_is_still_on_its_way_is_not_missing()
    {
        _scene.Believe(LookScene.Key, "cam", confirmed: false);

        _scene.Sweep();

        _scene.Told.ShouldBeEmpty();
    }

    [Fact]
    public void The_row_that_an_ended_republish_leaves_for_ever_is_nothing()
    {
        _scene.Publish(LookScene.Key, "cam", active: false);
        _scene.Clients.Clear();

        _scene.Sweep();

        _scene.Told.ShouldBeEmpty();
        _scene.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void Behind_a_row_with_a_client_that_does_not_exist_the_real_publisher_is_searched_once()
    {
        _scene.Publish(LookScene.Key, "real");
        _scene.Streams[0] = _scene.Streams[0] with { PublisherClientId = "orphan" };

        _scene.Sweep();
        _scene.ToldOf<ReportPublisherSeen>().Single().By.Session.ClientId.ShouldBe("real");
        _scene.Run(TimeSpan.FromSeconds(60));

        _scene.CountOf("clients").ShouldBe(1);
    }

    [Fact]
    public void A_row_that_names_another_client_than_the_publisher_is_told_to_people_once_and_for_as_long_as_it_does()
    {
        _scene.Publish(LookScene.Key, "cam");
        _scene.Believe(LookScene.Key, "cam");
        _scene.Streams[0] = _scene.Streams[0] with { PublisherClientId = "other" };

        _scene.Run(TimeSpan.FromSeconds(21));

        _scene.Findings.ShouldBe([new LookFinding.Misnamed(LookScene.Key, _scene.SessionOf("cam"), "other")]);
        _scene.Sightings.Misnamed.ShouldBe([LookScene.Key]);
        _scene.Told.ShouldBeEmpty("the publisher is there");

        _scene.Streams[0] = _scene.Streams[0] with { PublisherClientId = "third" };
        _scene.Run(TimeSpan.FromSeconds(6));
        _scene.Findings.OfType<LookFinding.Misnamed>().Last().Named.ShouldBe("third");

        _scene.Streams[0] = _scene.Streams[0] with { PublisherClientId = "cam" };
        _scene.Run(TimeSpan.FromSeconds(6));
        _scene.Sightings.Misnamed.ShouldBeEmpty();
    }

    [Fact]
    public void A_row_that_names_a_second_publisher_or_the_successor_of_one_that_is_gone_names_no_wrong_client()
    {
        _scene.Publish(LookScene.Key, "cam");
        _scene.Believe(LookScene.Key, "cam");
        _scene.Publish(LookScene.Key, "second");
        _scene.Sweep();
        _scene.Clients.Remove("cam");
        _scene.Clients.Remove("second");
        _scene.Sweep();

        _scene.Findings.ShouldBeEmpty();
        _scene.Sightings.Misnamed.ShouldBeEmpty();
    }

    [Fact]
    public void Beside_a_believed_session_another_active_one_is_told_and_the_believed_one_is_not_missing()
    {
        _scene.Publish(LookScene.Key, "doubled");
        _scene.Streams.Add(_scene.Streams[0] with { Id = "vid-2", PublisherClientId = "ours" });
        _scene.Believe(LookScene.Key, "ours");

        _scene.Sweep();

        _scene.Told.Single().Report.Command.ShouldBeOfType<ReportPublisherSeen>().By.Session.ClientId.ShouldBe("doubled");
    }

    [Fact]
    public void A_publisher_that_is_being_removed_is_no_stranger()
    {
        _scene.Publish(LookScene.Key, "old");
        _scene.Believe(new LiveStreamState
        {
            Key = LookScene.Key,
            Evictions = [new Eviction(_scene.PublisherOf("old"), EvictionCause.Takeover, _scene.Now.Utc, Stalled: false)],
        });

        _scene.Sweep();

        _scene.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_look_that_fails_says_nothing()
    {
        _scene.Reachable = false;
        _scene.Believe(LookScene.Key, "cam");

        _scene.Sweep();

        _scene.Told.ShouldBeEmpty();
        _scene.State.Snapshot().Status.ShouldBe(OriginStatus.Suspect);
    }

    [Fact]
    public void Answers_of_another_process_than_the_look_saw_say_nothing()
    {
        _scene.Believe(LookScene.Key, "cam");
        _scene.Wait(TimeSpan.FromMilliseconds(1));
        var look = new Look(_scene.Process, [], _scene.Now, _scene.Elapsed, TimeSpan.Zero);
        _scene.Sightings.Compare(look, _scene.Beliefs, _scene.State.Snapshot()).Question.ShouldNotBeNull();

        _scene.Sightings.Next(new LookAnswer.Clients(_scene.Now, [], ["process-2"], _scene.Elapsed)).ShouldBe(LookStep.Done);
    }

    [Fact]
    public void Behind_no_active_row_who_publishes_is_found_and_who_waits_in_on_publish_is_not()
    {
        _scene.Publish(LookScene.Key, "publishes", bytes: 90_000, active: false);
        _scene.Clients["waits"] = _scene.Clients["publishes"] with { Id = "waits", ReceivedBytes = 0 };
        _scene.Clients["waits longer"] = _scene.Clients["publishes"] with { Id = "waits longer", ReceivedBytes = 3_500 };
        _scene.Wait(TimeSpan.FromMilliseconds(1));
        var look = new Look(_scene.Process, [.. _scene.Streams], _scene.Now, _scene.Elapsed, TimeSpan.Zero);
        _scene.Sightings.Compare(look, _scene.Beliefs, _scene.State.Snapshot(), all: true).Question.ShouldNotBeNull();

        var step = _scene.Sightings.Next(new LookAnswer.Clients(_scene.Now, [.. _scene.Clients.Values], [_scene.Process.ServiceId], _scene.Elapsed));

        step.Reports.Single().Command.ShouldBeOfType<ReportPublisherSeen>().By.Session.ClientId.ShouldBe("publishes");
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_challenger_on_air_is_told_only_where_the_journal_may_have_lost_that_it_was_let_in(bool all, int told)
    {
        _scene.Publish(LookScene.Key, "challenger", bytes: 4096);
        var challenger = _scene.PublisherOf("challenger");
        _scene.Beliefs.Changed(StreamBelief.Of(new LiveStreamState
        {
            Key = LookScene.Key,
            Handover = new Handover(challenger, AdmissionRule.NewestWins, AskedIn.OnPublish, _scene.Now.Utc, _scene.Now.Utc, _scene.Now.Utc),
        }, 1), _scene.Elapsed);
        _scene.Wait(TimeSpan.FromMilliseconds(1));
        var look = new Look(_scene.Process, [.. _scene.Streams], _scene.Now, _scene.Elapsed, TimeSpan.Zero);
        _scene.Sightings.Compare(look, _scene.Beliefs, _scene.State.Snapshot(), all);

        var step = _scene.Sightings.Next(new LookAnswer.Clients(_scene.Now, [.. _scene.Clients.Values], [_scene.Process.ServiceId], _scene.Elapsed));

        step.Reports.Count(report => report.Command is ReportPublisherSeen { Verified: true } seen && seen.By.Session == challenger.Session)
            .ShouldBe(told);
    }

    [Theory]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 0)]
    [InlineData(false, false, 0)]
    public void A_session_that_no_look_has_confirmed_is_verified_where_the_journal_may_have_lost_it(bool all, bool confirmed, int told)
    {
        _scene.Publish(LookScene.Key, "cam", bytes: 4096);
        _scene.Beliefs.Changed(StreamBelief.Of(new LiveStreamState
        {
            Key = LookScene.Key,
            Session = new Session(_scene.PublisherOf("cam"), 1, _scene.Now.Utc, null, confirmed, Adopted: false, null),
        }, 1), _scene.Elapsed);
        _scene.Wait(TimeSpan.FromMilliseconds(1));
        var look = new Look(_scene.Process, [.. _scene.Streams], _scene.Now, _scene.Elapsed, TimeSpan.Zero);
        _scene.Sightings.Compare(look, _scene.Beliefs, _scene.State.Snapshot(), all);

        var step = _scene.Sightings.Next(new LookAnswer.Clients(_scene.Now, [.. _scene.Clients.Values], [_scene.Process.ServiceId], _scene.Elapsed));

        step.Reports.Count(report => report.Command is ReportPublisherSeen { Verified: true }).ShouldBe(told);
    }

    [Fact]
    public void Behind_no_active_row_of_SRS_4_who_is_listed_publishes_for_it_counts_no_bytes_of_a_client()
    {
        _scene.Process = _scene.Process with { Version = new SrsVersion(4, 0, 271) };
        _scene.Publish(LookScene.Key, "publishes", bytes: 0, active: false);
        _scene.Wait(TimeSpan.FromMilliseconds(1));
        var look = new Look(_scene.Process, [.. _scene.Streams], _scene.Now, _scene.Elapsed, TimeSpan.Zero);
        _scene.Sightings.Compare(look, _scene.Beliefs, _scene.State.Snapshot(), all: true);

        var step = _scene.Sightings.Next(new LookAnswer.Clients(_scene.Now, [.. _scene.Clients.Values], [""], _scene.Elapsed));

        step.Reports.Single().Command.ShouldBeOfType<ReportPublisherSeen>().By.Session.ClientId.ShouldBe("publishes");
    }

    [Fact]
    public void Many_clients_are_asked_for_as_the_list_of_all()
    {
        for (var i = 0; i < 100; i++)
        {
            _scene.Publish(StreamKey.Parse($"live/s{i}"), $"c{i}");
        }

        _scene.Sweep();

        _scene.ToldOf<ReportPublisherSeen>().Count().ShouldBe(100);
        _scene.CountOf("clients").ShouldBe(1);
        _scene.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void A_list_of_two_thousand_rows_may_be_asked_for_each_four_seconds() =>
        Look.SpacingFor(Look.CostOfList(2_000)).ShouldBe(TimeSpan.FromSeconds(4.25));
}
