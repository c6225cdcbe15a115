using StreamSupervisor.Domain.LiveStreams;
using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>Tests of the simulation: with one rule of the product broken, it must notice, and name the promise that this rule keeps.</summary>
public class BrokenRulesTests(ITestOutputHelper output)
{
    private const int Seeds = 150;

    [Fact]
    public void A_kick_before_its_order_is_durable_is_noticed() => Notices("I3", new BrokenRules
    {
        Behavior = (rules, world) => new ChangedBehavior(rules)
        {
            Decides = (state, events) =>
            {
                foreach (var ordered in events.OfType<EvictionOrdered>())
                {
                    _ = world.Scheduler.Inside(() => world.Node(ordered.Of.Origin)
                        .CallAsync("DELETE", $"/api/v1/clients/{ordered.Of.Session.ClientId}", TimeSpan.FromSeconds(2), CancellationToken.None));
                }

                return events;
            },
        },
    });

    [Fact]
    public void Removing_the_publisher_of_the_stream_instead_of_the_recorded_session_is_noticed() => Notices("I3", new BrokenRules
    {
        Api = (api, _, _) => new PublisherOfTheStreamApi(api),
    });

    [Fact]
    public void An_unpublish_that_counts_as_proof_of_release_is_noticed() => Notices("Hold", new BrokenRules
    {
        Behavior = (rules, _) => new ChangedBehavior(rules)
        {
            Hears = (state, command) => command is ReportUnpublished note && state.Evictions.Exists(eviction => eviction.Of.Session == note.Session)
                ? new ReportEvicted(note.Session, ReleaseProof.ClientGone)
                : command,
        },
    });

    [Fact]
    public void A_challenger_that_is_let_in_without_waiting_is_noticed() => Notices("Hold", new BrokenRules
    {
        Behavior = (rules, _) => new ChangedBehavior(rules)
        {
            Decides = (state, events) => events.OfType<HandoverStarted>().FirstOrDefault() is { } handover
                ? [.. events, new Admitted(handover.At, handover.To, state.Generation + 1, handover.Rule, handover.In, handover.At, handover.At.AddSeconds(5), true)]
                : events,
        },
    });

    [Fact]
    public void An_unpublish_that_is_matched_by_its_stream_instead_of_its_client_is_noticed() => Notices("I2", new BrokenRules
    {
        Behavior = (rules, _) => new ChangedBehavior(rules)
        {
            Hears = (state, command) => command is ReportUnpublished && state.Session is { } session ? new ReportUnpublished(session.By.Session) : command,
        },
    });

    [Fact]
    public void An_admission_that_kicks_nobody_on_other_nodes_is_noticed() => Notices("I2", new BrokenRules
    {
        Behavior = (rules, _) => new ChangedBehavior(rules)
        {
            Decides = (state, events) => events.OfType<HandoverStarted>().FirstOrDefault() is { } handover
                && state.Session is { } session && session.By.Origin != handover.To.Origin
                    ? [new Admitted(handover.At, handover.To, state.Generation + 1, handover.Rule, handover.In, handover.At, handover.At.AddSeconds(5), true)]
                    : events,
        },
    });

    [Fact]
    public void A_generation_that_does_not_grow_is_noticed() => Notices("I1", new BrokenRules
    {
        Behavior = (rules, _) => new ChangedBehavior(rules)
        {
            Decides = (state, events) => [.. events.Select(@event => @event is Admitted admitted && state.Generation > 0 ? admitted with { Generation = state.Generation } : @event)],
        },
    });

    [Fact]
    public void An_eviction_that_nobody_carries_out_is_noticed() => Notices("I8", new BrokenRules
    {
        Behavior = (rules, _) => new ChangedBehavior(rules) { Starts = @event => @event is not EvictionOrdered },
    });

    [Fact]
    public void An_eviction_that_is_believed_without_a_proof_is_noticed() => Notices("Hold", new BrokenRules
    {
        Behavior = (rules, _) => new ChangedBehavior(rules)
        {
            Starts = @event => @event is not EvictionOrdered,
            Decides = (_, events) => [.. events.SelectMany(@event => @event is EvictionOrdered ordered
                ? [ordered, new EvictionFinished(ordered.At, ordered.Of.Session, ReleaseProof.ClientGone, ordered.At)]
                : new[] { @event })],
        },
    });

    [Fact]
    public void A_journal_without_a_fence_is_noticed() => Notices("", new BrokenRules { Store = store => store.Fences = false });

    [Fact]
    public void A_journal_that_takes_anything_is_noticed() => Notices("I1", new BrokenRules
    {
        Store = store => (store.Fences, store.ChecksContiguity) = (false, false),
    });

    private void Notices(string promise, BrokenRules rules) => Noticing.Expect(promise, seed => new World(seed, rules), Seeds, output);
}
