using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>The actor of one stream key: decide, persist, answer, act.</summary>
public sealed class LiveStreamActorTests : LiveStreamStage
{
    [Fact]
    public void A_takeover_is_held_and_granted_with_one_kick()
    {
        OnAir("old", One, "srs-1");

        var ask = Ask(Scene.Ask(Scene.Encoder("new")));
        WaitFor(() => Hub.HasMessages, "the answer");

        HearOf<Allowed>(ask).Generation.ShouldBe(2);
        One.Deleted.ShouldBe(["old"]);
    }

    [Fact]
    public void A_search_that_another_server_answers_is_not_believed()
    {
        OnAir("mine", One, "srs-1");
        One.ServerId = "stranger";
        Two.Add(Scene.Encoder("other", "srs-2").Session, Scene.Key);

        Hear<Done>(new Release("ops", "stuck") { Origins = ["srs-1", "srs-2"] });

        AwaitAssert(() => Two.Deleted.ShouldBe(["other"]));
        AwaitAssert(() => Hear<StateReply>(GetState.Instance).State.Releasing.ShouldBeEmpty());
        Hear<StateReply>(GetState.Instance).State.Evictions.ShouldAllBe(eviction => eviction.Of.Session.ServerId == eviction.Of.Origin);
    }

    [Fact]
    public void The_next_owner_kicks_again_and_admits()
    {
        OnAir("old", One, "srs-1");
        One.KeepsClients = true;
        var ask = Ask(Scene.Ask(Scene.Encoder("new")));
        AwaitAssert(() => One.Deleted.Count.ShouldBe(1));

        Shard.Tell(new ShardStandIn.Crash(Key));
        One.KeepsClients = false;
        WaitFor(() => Hub.HasMessages || Ask(Scene.Ask(Scene.Encoder("new")), again: ask) < 0, "the answer of the next owner");

        HearOf<Allowed>(ask).Generation.ShouldBe(2);
        One.Deleted.ShouldBe(["old", "old"]);
    }

    [Fact]
    public void Nobody_is_kicked_before_the_order_is_durable()
    {
        OnAir("old", One, "srs-1");
        Journal.HoldWrites();

        Ask(Scene.Ask(Scene.Encoder("new")));
        AwaitAssert(() => Journal.Writes.ShouldBe(3));
        One.Deleted.ShouldBeEmpty();

        Journal.LetWritesGo();
        WaitFor(() => Hub.HasMessages, "the answer");
        One.Deleted.ShouldBe(["old"]);
    }

    [Fact]
    public void What_waits_behind_a_write_is_decided_on_the_state_to_be()
    {
        Journal.HoldWrites();
        var first = Ask(Scene.Ask(Scene.Encoder("a")));
        var look = Ask(GetState.Instance);
        var order = Ask(new Lock("ops", "test"));
        Hub.ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        Journal.LetWritesGo();

        HearOf<Allowed>(first);
        HearOf<StateReply>(look).State.Session!.By.Session.ClientId.ShouldBe("a");
        HearOf<Done>(order).Changed.ShouldBeTrue();
    }

    [Fact]
    public void A_failed_write_answers_nobody_and_the_next_message_starts_the_key_again()
    {
        Journal.FailWrites = new TimeoutException("the database is away");
        Ask(Scene.Ask(Scene.Encoder("a")));
        AwaitAssert(() => Journal.Ended.ShouldBe(1));
        Hub.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Journal.FailWrites = null;

        Answered<Allowed>(Scene.Ask(Scene.Encoder("b"))).Generation.ShouldBe(1);
        StateOf().Session!.By.Session.ClientId.ShouldBe("b");
    }

    [Fact]
    public void A_rejected_write_stops_the_key_too()
    {
        Journal.RejectWrites = new InvalidOperationException("does not fit");
        Ask(Scene.Ask(Scene.Encoder("a")));
        AwaitAssert(() => Journal.Ended.ShouldBe(1));
        Hub.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Journal.RejectWrites = null;

        Answered<StateReply>(GetState.Instance).State.Session.ShouldBeNull();
    }

    [Fact]
    public void An_ask_that_is_sent_again_while_it_is_under_way_is_answered_once()
    {
        Journal.HoldWrites();
        var ask = Ask(Scene.Ask(Scene.Encoder("a")));
        Ask(Scene.Ask(Scene.Encoder("a")), again: ask);
        Ask(Scene.Ask(Scene.Encoder("a")), again: ask);

        Journal.LetWritesGo();

        HearOf<Allowed>(ask);
        StateOf().Generation.ShouldBe(1);
    }

    [Fact]
    public void A_held_attempt_that_asks_again_hears_the_answer_on_both_asks()
    {
        OnAir("old", One, "srs-1");
        One.KeepsClients = true;
        var first = Ask(Scene.Ask(Scene.Encoder("new")));
        var second = Ask(Scene.Ask(Scene.Encoder("new")));
        AwaitAssert(() => One.Deleted.ShouldNotBeEmpty());
        Hub.HasMessages.ShouldBeFalse();

        var closed = Ask(new ReportClosed(Scene.Encoder("old").Session));

        Hub.ReceiveN(3).Cast<StreamAnswer>().ToDictionary(answer => answer.AskId, answer => answer.Reply.GetType())
            .ShouldBe(new Dictionary<long, Type> { [first] = typeof(Allowed), [second] = typeof(Allowed), [closed] = typeof(Ack) },
                ignoreOrder: true);
    }

    [Fact]
    public void A_member_that_may_not_answer_stays_silent_and_answers_the_repetition_later()
    {
        MayAnswer = false;
        var ask = Ask(Scene.Ask(Scene.Encoder("a")));
        Changes.FishForMessage<LiveStreamChanged>(change => change.State?.Session is not null);
        Hub.HasMessages.ShouldBeFalse();

        MayAnswer = true;
        Ask(Scene.Ask(Scene.Encoder("a")), again: ask);

        HearOf<Allowed>(ask).Generation.ShouldBe(1);
    }

    [Fact]
    public void One_hot_key_answers_sixty_four_askers_in_their_order_and_refuses_one_more()
    {
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a")));
        Journal.HoldWrites();
        var asks = Enumerable.Range(0, 64)
            .Select(i => Ask(Scene.Ask(Scene.Encoder($"c{i}"), credential: CredentialVerdict.Wrong))).ToList();
        var oneMore = Ask(GetState.Instance);

        var refusal = Hub.ExpectMsg<StreamRefusal>();
        (refusal.AskId, refusal.Status).ShouldBe((oneMore, AskStatus.Overloaded));
        Journal.LetWritesGo();

        Hub.ReceiveN(64).Cast<StreamAnswer>().Select(answer => answer.AskId).ShouldBe(asks);
    }

    [Fact]
    public void Refusals_that_come_during_a_write_share_records_and_are_all_there_after_a_restart()
    {
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a")));
        Journal.HoldWrites();
        var asks = Enumerable.Range(0, 64).Select(i => Ask(Wrong($"c{i}"))).ToList();
        AllAreIn();
        Journal.LetWritesGo();
        Hub.ReceiveN(64).Cast<StreamAnswer>().Select(answer => answer.AskId).ShouldBe(asks);

        // The admission, the first refusal, and two records of the others.
        NewestRecord().ShouldBe(4);
        var before = StateOf();
        Shard.Tell(new ShardStandIn.Crash(Key));
        var after = Answered<StateReply>(GetState.Instance).State;
        after.Revision.ShouldBe(before.Revision);
        after.Answers.ShouldBe(before.Answers);
    }

    /// <summary>The one that finds no room any more says that all before it are under way.</summary>
    private void AllAreIn()
    {
        var oneMore = Ask(GetState.Instance);
        Hub.ExpectMsg<StreamRefusal>().AskId.ShouldBe(oneMore);
    }

    [Fact]
    public void An_order_among_refusals_is_decided_written_and_answered_in_its_place()
    {
        Services = NewServices(new LiveStreamSettings { MailboxSize = 7 });
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a")));
        Journal.HoldWrites();
        long[] asks =
        [
            Ask(Wrong("b")), Ask(Wrong("c")), Ask(Wrong("d")), Ask(new Lock("ops", "x")), Ask(GetState.Instance),
            Ask(Scene.Ask(Scene.Encoder("e"))), Ask(Scene.Ask(Scene.Encoder("f"))),
        ];
        AllAreIn();
        Journal.LetWritesGo();

        var answers = Hub.ReceiveN(7).Cast<StreamAnswer>().ToList();

        answers.Select(answer => answer.AskId).ShouldBe(asks);
        answers.Select(answer => (answer.Reply as Refused)?.Reason).ShouldBe(
        [
            RefusalReason.CredentialWrong, RefusalReason.CredentialWrong, RefusalReason.CredentialWrong, null, null,
            RefusalReason.Locked, RefusalReason.Locked,
        ]);
        NewestRecord().ShouldBe(5, "the admission, the first refusal, the next two, the lock, the last two");
    }

    [Fact]
    public void A_key_with_nothing_under_way_leaves_memory_and_comes_back_with_what_it_knew()
    {
        var by = OnAir("a", One, "srs-1");
        Hear<Ack>(new ReportClosed(by.Session));
        WaitFor(() => Changes.HasMessages && Changes.ExpectMsg<LiveStreamChanged>().State is null, "the key leaves memory",
            milliseconds: 5000);

        Hear<Allowed>(Scene.Ask(Scene.Encoder("b"))).Generation.ShouldBe(2);
    }

    [Fact]
    public void Where_there_are_too_many_a_key_with_nothing_under_way_leaves_sooner()
    {
        Services = NewServices(new LiveStreamSettings { KeysInMemory = 0, PassivateAfter = TimeSpan.FromHours(1), RestAfter = TimeSpan.FromSeconds(20) });
        Hear<Done>(new Lock("ops", "x"));
        Hear<Done>(new Unlock("ops", "x"));

        Time.Advance(TimeSpan.FromSeconds(19));
        Services.Gauges.InMemory.ShouldBe(1);
        Time.Advance(TimeSpan.FromSeconds(2));

        AwaitAssert(() => Services.Gauges.InMemory.ShouldBe(0));
    }

    [Fact]
    public void A_live_key_stays_in_memory()
    {
        OnAir("a", One, "srs-1");
        Time.Advance(TimeSpan.FromHours(1));

        StateOf().Session.ShouldNotBeNull();
        Time.NextDue.ShouldBeNull("a live key needs no timer");
    }

    [Fact]
    public void A_key_that_moves_finishes_its_write_and_answers_first()
    {
        Hear<StateReply>(GetState.Instance);
        Journal.HoldWrites();
        var ask = Ask(Scene.Ask(Scene.Encoder("a")));
        AwaitAssert(() => Journal.Writes.ShouldBe(1));
        Shard.Tell(new ShardStandIn.HandOff(Key));
        var look = Ask(GetState.Instance);

        Journal.LetWritesGo();

        HearOf<Allowed>(ask);
        HearOf<StateReply>(look).State.Generation.ShouldBe(1);
    }

    [Fact]
    public void A_key_on_air_rests_where_there_are_too_many_and_is_there_for_the_next_who_comes()
    {
        Services = NewServices(new LiveStreamSettings { KeysInMemory = 0 });
        OnAir("old", One, "srs-1");
        WaitFor(() => Services.Gauges.InMemory == 0, "it leaves memory", milliseconds: 500);

        var ask = Ask(Scene.Ask(Scene.Encoder("new", service: One.ServiceId)));
        WaitFor(() => Hub.HasMessages, "the old one is removed", milliseconds: 5);

        HearOf<Allowed>(ask).Generation.ShouldBe(2);
        One.Deleted.ShouldContain("old");
        Services.Gauges.InMemory.ShouldBe(1);
    }

    [Fact]
    public void A_key_on_air_stays_in_memory_while_there_is_room_for_it()
    {
        OnAir("a", One, "srs-1");

        Time.Advance(TimeSpan.FromHours(1));

        StateOf().Session.ShouldNotBeNull();
        Changes.ReceiveWhile<LiveStreamChanged>(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50), message => (LiveStreamChanged)message)
            .ShouldNotContain(changed => changed.State == null);
    }

    [Fact]
    public void A_handover_ends_at_its_deadline_though_nobody_calls()
    {
        OnAir("old", One, "srs-1");
        One.KeepsClients = true;
        var ask = Ask(Scene.Ask(Scene.Encoder("new")));
        WaitFor(() => Hub.HasMessages, "the end of the hold", milliseconds: 50);

        HearOf<Refused>(ask).Reason.ShouldBe(RefusalReason.HoldExhausted);
    }

    [Fact]
    public void A_recovery_reads_from_the_newest_snapshot()
    {
        Services = NewServices(new LiveStreamSettings { SnapshotEvery = 2 });
        var by = OnAir("a", One, "srs-1");
        Hear<Done>(new Lock("ops", "x"));
        Journal.UnreadableFrom = 1;
        Shard.Tell(new ShardStandIn.Crash(Key));

        // Records 1 and 2 are behind the snapshot; 3 is not.
        var refusal = Refusal(GetState.Instance);
        refusal.Why.ShouldContain("cannot be read");
        Services.Quarantine.All[Key].LastGood.ShouldBe(2);
        by.Session.ClientId.ShouldBe("a");
    }

    [Fact]
    public void What_is_on_a_server_that_is_not_configured_any_more_keeps_nobody_out()
    {
        var gone = Scene.Encoder("old", "srs-9");
        Hear<Allowed>(Scene.Ask(gone));

        Hear<Allowed>(Scene.Ask(Scene.Encoder("new"))).Generation.ShouldBe(2);
    }

    [Fact]
    public void An_admitted_encoder_that_never_shows_up_is_looked_for_and_given_up()
    {
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a")));

        WaitFor(() => Changes.HasMessages && Changes.ExpectMsg<LiveStreamChanged>().State is { Session: null }, "its session ends",
            milliseconds: 200);
    }

    [Fact]
    public void A_session_on_a_server_that_is_away_is_removed_when_that_is_back()
    {
        OnAir("old", One, "srs-1");
        One.IsAway = true;
        var ask = Ask(Scene.Ask(Scene.Encoder("new", "srs-2")));
        WaitFor(() => Hub.HasMessages, "the end of the hold", milliseconds: 50);
        HearOf<Allowed>(ask).Generation.ShouldBe(2);

        One.IsAway = false;
        WaitFor(() => One.Deleted.Count == 1, "the kick", milliseconds: 100);
    }

    private static RequestPublish Wrong(string client) => Scene.Ask(Scene.Encoder(client), credential: CredentialVerdict.Wrong);

    /// <summary>The number of the newest record that is durable.</summary>
    private long NewestRecord() => Changes.ReceiveWhile<LiveStreamChanged>(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200),
        message => (LiveStreamChanged)message).Max(change => change.Sequence);

    [Fact]
    public void A_report_is_repeated_until_the_member_may_speak_again()
    {
        OnAir("old", One, "srs-1");
        MayAnswer = false;
        var ask = Ask(Scene.Ask(Scene.Encoder("new")));
        WaitFor(() => Changes.HasMessages && Changes.ExpectMsg<LiveStreamChanged>().State is { Generation: 2 }, "the admission is durable");
        Hub.HasMessages.ShouldBeFalse();

        MayAnswer = true;
        Ask(Scene.Ask(Scene.Encoder("new")), again: ask);

        HearOf<Allowed>(ask).Generation.ShouldBe(2);
        One.Deleted.ShouldBe(["old"]);
    }
}
