using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>A key whose journal cannot be read says so, and an operator has two ways out.</summary>
public sealed class QuarantineTests : LiveStreamStage
{
    [Fact]
    public void Nobody_publishes_a_key_whose_journal_cannot_be_read_and_hears_why()
    {
        DamageAfterLock();

        var refusal = Refusal(Scene.Ask(Scene.Encoder("b")));

        refusal.Status.ShouldBe(AskStatus.Failed);
        refusal.Reason.ShouldBe(RefusalReason.Quarantined);
        RefusalCatalog.Of(refusal.Reason).Permanent.ShouldBeTrue();
        refusal.Why.ShouldContain($"streams release {Key} --journal");
        Services.Quarantine.Count.ShouldBe(1);
    }

    [Fact]
    public void After_a_repair_the_journal_is_read_again()
    {
        DamageAfterLock();
        Refusal(GetState.Instance);
        Journal.UnreadableFrom = 0;

        Hear<Done>(new ReleaseQuarantine("ops", "repaired", StartAnew: false)).Changed.ShouldBeTrue();

        Answered<StateReply>(GetState.Instance).State.Generation.ShouldBe(1);
    }

    [Fact]
    public void A_new_beginning_keeps_the_lock_and_the_generation_goes_on_growing()
    {
        DamageAfterLock();
        Refusal(GetState.Instance);

        Hear<Done>(new ReleaseQuarantine("ops", "damaged", StartAnew: true));

        var state = Answered<StateReply>(GetState.Instance).State;
        state.Locked!.By.ShouldBe("ops");
        state.Generation.ShouldBeGreaterThan(1);
        Answered<Done>(new Unlock("ops", "ready"));
        Answered<Allowed>(Scene.Ask(Scene.Encoder("b"))).Generation.ShouldBe(state.Generation + 1);

        Shard.Tell(new ShardStandIn.Crash(Key));
        Journal.UnreadableFrom = 0;
        Answered<StateReply>(GetState.Instance).State.Session!.By.Session.ClientId.ShouldBe("b");
    }

    [Fact]
    public void A_key_whose_first_record_is_damaged_starts_anew_as_well()
    {
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a")));
        Damage(from: 1);
        Refusal(GetState.Instance);

        Hear<Done>(new ReleaseQuarantine("ops", "damaged", StartAnew: true));

        Answered<Allowed>(Scene.Ask(Scene.Encoder("b"))).Generation.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_store_that_is_away_quarantines_nobody()
    {
        Journal.FailWrites = new TimeoutException("away");
        Ask(Scene.Ask(Scene.Encoder("a")));
        Hub.ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        Services.Quarantine.Count.ShouldBe(0);
    }

    [Fact]
    public void A_key_that_can_be_read_has_no_quarantine_to_end() =>
        Hear<Done>(new ReleaseQuarantine("ops", "by mistake", StartAnew: true)).Changed.ShouldBeFalse();

    /// <summary>Record 1 is an admission, 2 a lock, 3 the end of the session; the third cannot be read.</summary>
    private void DamageAfterLock()
    {
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a")));
        Hear<Done>(new Lock("ops", "keep out"));
        Hear<Ack>(new ReportClosed(Scene.Encoder("a").Session));
        Damage(from: 3);
    }

    private void Damage(long from)
    {
        Journal.UnreadableFrom = from;
        Shard.Tell(new ShardStandIn.Crash(Key));
    }
}
