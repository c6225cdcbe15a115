using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// Tests of the simulation of a cluster: with one rule of it switched off, some seed must notice, and name the promise that this rule keeps.
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

    private void Notices(string promise, BrokenRules rules) =>
        Noticing.Expect(promise, seed => new World(seed, rules, cluster: true), Seeds, output);
}
