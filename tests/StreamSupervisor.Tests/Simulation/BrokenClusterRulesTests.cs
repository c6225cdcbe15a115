using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// Tests of the simulation of a cluster: with one rule of it switched off, some seed must notice, and name the promise that this rule keeps. Where two
/// rules keep one promise, each of them alone does, so both are switched off.
/// </summary>
public class BrokenClusterRulesTests(ITestOutputHelper output)
{
    private const int Seeds = 3_000;

    [Fact]
    public void Writes_of_an_owner_that_was_replaced_are_noticed() =>
        Notices("A fault of the supervisor", new BrokenRules { Store = store => store.Fences = false });

    [Fact]
    public void Writes_that_are_neither_fenced_nor_continuous_are_noticed() => Notices("I1", new BrokenRules
    {
        Store = store => (store.Fences, store.ChecksContiguity) = (false, false),
    });

    [Fact]
    public void A_write_of_unknown_outcome_after_which_nobody_raises_the_epoch_is_noticed() =>
        Notices("A fault of the supervisor", new BrokenRules { Store = store => store.RaisesFence = false });

    [Fact]
    public void A_late_write_that_need_not_continue_what_is_stored_is_noticed() => Notices("I1", new BrokenRules
    {
        Store = store => (store.RaisesFence, store.ChecksContiguity) = (false, false),
    });

    [Fact]
    public void Answers_from_memory_alone_are_noticed() => Notices("Order", new BrokenRules { Journal = journal => new UnverifiedJournal(journal) });

    [Fact]
    public void A_member_that_serves_past_its_lease_from_memory_is_noticed() => Notices("Order", new BrokenRules
    {
        Journal = journal => new UnverifiedJournal(journal),
        Membership = settings => settings with { LeaseMargin = -TimeSpan.FromHours(1) },
    });

    [Fact]
    public void An_effect_that_ends_at_the_word_of_an_owner_that_was_replaced_is_noticed() =>
        Notices("I7", new BrokenRules { Store = store => store.FencesEndsOfEffects = false });

    [Fact]
    public void A_death_that_is_declared_without_comparing_the_beat_is_noticed() =>
        Notices("Death", new BrokenRules { Cluster = cluster => cluster.ChecksDeaths = false });

    private void Notices(string promise, BrokenRules rules) =>
        Noticing.Expect(promise, seed => new World(seed, rules, cluster: true), Seeds, output);
}
