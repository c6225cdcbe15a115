using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Stores;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>The journal has lost records, and somebody is on air whom it does not name.</summary>
public class RollbackTests
{
    private static readonly StoreStanding Held = new(1_000_000, HoldsAdmissions: true);
    private static readonly StoreStanding Open = Held with { HoldsAdmissions = false };
    private static readonly Publisher Known = Encoder("known");
    private static readonly Publisher Forgotten = Encoder("forgotten", "srs-2");
    private static readonly Publisher New = Encoder("new", "srs-3");

    [Fact]
    public void Nobody_is_let_in_before_the_forgotten_one_is_proven_gone()
    {
        var scene = Live(Known).When(Seen() with { Store = Held }).Then<SearchOrdered>(e => (e.Origin, e.Evict).ShouldBe(("srs-2", false)))
            .When(Seen() with { Store = Held }).ThenNothing();

        scene.When(new ReportUnpublished(Known.Session) { Store = Held }).Then<PublisherLost>();
        scene.When(Ask(New) with { Store = Open }).Then<HandoverStarted>().ThenNo<Admitted>();
        scene.When(Seen() with { Store = Open, Known = new KnownAtLook(scene.State.Revision) })
            .Then<EvictionOrdered>(e => (e.Of, e.Cause).ShouldBe((Forgotten, EvictionCause.Takeover)));
        scene.When(new ReportSearched("srs-2", "srs-2", "run-1", 1, Start) { Store = Open }).ThenNo<Admitted>();
        scene.When(new ReportEvicted(Forgotten.Session, ReleaseProof.ClientGone) { Store = Open }).ThenAdmitted(New);
    }

    [Fact]
    public void A_search_that_ends_while_admissions_are_held_proves_nothing()
    {
        var scene = Live(Known).When(Seen() with { Store = Held });
        scene.When(new ReportSearched("srs-2", "srs-2", "run-1", 0, Start) { Store = Held }).ThenNothing();
        scene.When(new ReportSearched("srs-2", "srs-2", "run-1", 0, Start) { Store = Open }).Then<SearchFinished>();
    }

    [Fact]
    public void What_a_search_finds_is_in_the_way_of_who_came_since_it_began()
    {
        var scene = Live(Known).When(Seen() with { Store = Held }).When(new ReportUnpublished(Known.Session) { Store = Held });
        var known = new KnownAtLook(scene.State.Revision);
        scene.When(Ask(New) with { Store = Open }).Then<HandoverStarted>();

        scene.When(Seen() with { Store = Open, Known = known }).Then<EvictionOrdered>(e => e.Of.ShouldBe(Forgotten));
        scene.When(new ReportSearched("srs-2", "srs-2", "run-1", 1, Start) { Store = Open }).ThenNo<Admitted>();
        scene.When(new ReportEvicted(Forgotten.Session, ReleaseProof.ClientGone) { Store = Open }).ThenAdmitted(New);
    }

    [Fact]
    public void A_server_that_is_away_keeps_nobody_out_for_longer_than_a_search()
    {
        var scene = Live(Known).When(Seen() with { Store = Held }).When(new ReportUnpublished(Known.Session) { Store = Held });
        scene.When(Ask(New) with { Store = Open }).Then<HandoverStarted>();
        scene.When(new ReportSearched("srs-2", "", "", 0, Start) { Store = Open }).ThenAdmitted(New);
    }

    [Fact]
    public void A_challenger_that_is_on_air_was_let_in_by_what_is_lost_and_has_the_key_again()
    {
        var scene = Waiting().When(OnAir() with { Store = Held })
            .Then<SessionAdopted>(e => (e.By, e.Generation).ShouldBe((New, 1_000_001)));
        scene.State.Handover.ShouldBeNull();
        scene.State.Session!.By.ShouldBe(New);
        scene.State.Evictions.Select(eviction => eviction.Of).ShouldBe([Known], "it may be there still");
    }

    [Fact]
    public void A_challenger_that_is_seen_on_air_and_may_be_waiting_for_its_answer_goes_on_waiting()
    {
        Waiting().When(OnAir() with { Store = Held, WaitsInHook = true }).ThenNothing();
        Waiting().When(OnAir() with { Store = Held, Verified = false }).ThenNothing();
        Waiting().When(OnAir() with { Store = Held with { IsInDoubt = true } }).ThenNothing();
        Waiting().When(OnAir() with { Store = Open }).ThenNothing();
        Waiting().When(OnAir()).ThenNothing();
    }

    private static TestKit.Domain.Scene Waiting() => Live(Known).When(Ask(New)).Then<HandoverStarted>();

    private static ReportPublisherSeen OnAir() => new(New, 5, Start, Verified: true);

    private static ReportPublisherSeen Seen() => new(Forgotten, 5, Start, Verified: true);
}
