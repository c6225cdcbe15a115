using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Servers;
using StreamSupervisor.Tests.Simulation.Storage;
using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// Tests of the simulation: with one rule of the product or of its host broken, it must notice, and name the promise that this rule keeps.
/// </summary>
public class BrokenRulesTests(ITestOutputHelper output)
{
    private const int Few = 150;
    private const int Many = 1_500;

    [Fact]
    public void A_kick_before_its_order_is_durable_is_noticed() => Notices(Few, new BrokenRules
    {
        Decides = (world, _, events) =>
        {
            foreach (var ordered in events.OfType<EvictionOrdered>())
            {
                if (world.Server(ordered.Of.Origin) is { Run: { } run } server)
                {
                    SrsApi.Delete(server, run, ordered.Of.Session.ClientId);
                }
            }

            return events;
        },
    }, "I3");

    [Fact]
    public void Removing_the_publisher_of_the_stream_instead_of_the_recorded_session_is_noticed() => Notices(Many, new BrokenRules
    {
        Deletes = (server, run, key, client) => SrsApi.Delete(server, run,
            run.Row(key) is { Active: true, ClientId: { Length: > 0 } active } ? active : client),
    }, "I3", "I4");

    [Fact]
    public void An_unpublish_that_counts_as_proof_of_release_is_noticed() => Notices(Many, new BrokenRules
    {
        Hears = (state, command) => command is ReportUnpublished note && state.Evictions.Exists(eviction =>
            eviction.Of.Session == note.Session)
            ? new ReportEvicted(note.Session, ReleaseProof.ClientGone)
            : command,
    }, "Hold");

    [Fact]
    public void A_challenger_that_is_let_in_without_waiting_is_noticed() => Notices(Few, new BrokenRules
    {
        Decides = (_, state, events) => events.OfType<HandoverStarted>().FirstOrDefault() is { } handover
            ? [.. events, AdmittedAt(handover, state)]
            : events,
    }, "Hold");

    [Fact]
    public void An_unpublish_that_is_matched_by_its_stream_instead_of_its_client_is_noticed() => Notices(Few, new BrokenRules
    {
        Hears = (state, command) => command is ReportUnpublished && state.Session is { } session ? new ReportUnpublished(session.By.Session)
            : command,
    }, "I2", "I8", "I9");

    [Fact]
    public void An_admission_that_kicks_nobody_on_other_servers_is_noticed() => Notices(Few, new BrokenRules
    {
        Decides = (_, state, events) => events.OfType<HandoverStarted>().FirstOrDefault() is { } handover
            && state.Session is { } session && session.By.Origin != handover.To.Origin
                ? [AdmittedAt(handover, state)]
                : events,
    }, "I2");

    [Fact]
    public void A_generation_that_does_not_grow_is_noticed() => Notices(Few, new BrokenRules
    {
        Decides = (_, state, events) => [.. events.Select(happened =>
            happened is Admitted admitted && state.Generation > 0 ? admitted with { Generation = state.Generation } : happened)],
    }, "I1");

    [Fact]
    public void An_eviction_that_nobody_carries_out_is_noticed() => Notices(Few, new BrokenRules
    {
        Carries = work => [.. work.Where(one => one is not EvictSession)],
    }, "I7", "I8", "I9");

    [Fact]
    public void An_eviction_that_is_believed_without_a_proof_is_noticed() => Notices(Few, new BrokenRules
    {
        Carries = work => [.. work.Where(one => one is not EvictSession)],
        Decides = (_, state, events) =>
        [
            .. events,
            .. events.OfType<EvictionOrdered>().Select(ordered => new EvictionFinished(ordered.At, ordered.Of.Session,
                ReleaseProof.ClientGone, ordered.At)),
            .. events.OfType<HandoverStarted>().Select(handover => AdmittedAt(handover, state)),
        ],
    }, "Hold");

    [Fact]
    public void Two_owners_without_a_unique_journal_are_noticed() => Notices(Many, new BrokenRules { ChecksUniqueness = false }, "I1");

    [Fact]
    public void A_recovery_that_drops_what_an_earlier_owner_wrote_is_noticed() =>
        Notices(Many, new BrokenRules { Replayed = ReplayFilter }, "I1");

    [Fact]
    public void Retention_that_deletes_what_a_late_write_may_still_meet_is_noticed() =>
        Notices(Many, new BrokenRules { RetainsFor = TimeSpan.Zero }, "I1");

    [Fact]
    public void An_answer_before_its_record_is_durable_is_noticed() => Notices(Few, new BrokenRules { AnswersAfterAppend = false }, "I6",
        "Order");

    [Fact]
    public void Open_work_that_nobody_wakes_is_noticed() => Notices(Many, new BrokenRules { Wakes = false }, "I7", "I8", "I9");

    [Fact]
    public void Questions_that_are_not_asked_again_are_noticed() => Notices(Many, new BrokenRules { SendsAgain = false }, "I5", "I7", "I8",
        "I9");

    [Fact]
    public void A_yes_that_comes_too_late_and_is_given_is_noticed() =>
        new Seeds(seed => new World(seed, new BrokenRules { DoubtsOldAnswers = false }) { CutsWires = true }, output).Notice(30_000, "Hold");

    [Fact]
    public void A_place_that_is_held_while_its_work_waits_is_noticed() =>
        Notices(Many, new BrokenRules { HoldsPlaces = true }, "I7", "I8", "I9");

    [Fact]
    public void A_wrong_answer_of_an_api_without_a_way_back_is_noticed() => Notices(Many, new BrokenRules { HasNoWayBack = true }, "I9");

    [Fact]
    public void A_viewer_that_ends_a_stream_that_is_sent_is_noticed() => Notices(Many, new BrokenRules { TrustsViewers = true }, "Viewer");

    [Fact]
    public void A_publisher_that_is_called_silent_when_its_first_frame_comes_is_noticed() =>
        Notices(Many, new BrokenRules { SaysMediaFromTheStart = true }, "Silence");

    [Fact]
    public void A_database_that_goes_back_in_time_and_nobody_notices_is_noticed() =>
        NoticesWhereTheDatabaseGoesBack(new BrokenRules { NoticesRollbacks = false }, "I1");

    [Fact]
    public void An_admission_before_all_servers_were_looked_at_is_noticed() =>
        NoticesWhereTheDatabaseGoesBack(new BrokenRules { HoldsAdmissions = false }, "I2");

    [Fact]
    public void A_stream_for_nobody_that_nobody_ends_is_noticed() => Notices(Many, new BrokenRules { EvictsOrphans = false }, "I8", "I9");

    [Fact]
    public void A_forbidden_kick_that_is_told_as_a_server_that_does_not_answer_is_noticed() =>
        Notices(Many, new BrokenRules { TellsForbidden = false }, "Forbidden");

    [Fact]
    public void Looks_that_are_ordered_by_clocks_are_noticed() => Notices(Many, new BrokenRules
    {
        Hears = (state, command) => command switch
        {
            ReportPublisherSeen seen => seen with { Known = KnownByTheClock(state, seen.LookedAt) },
            ReportPublisherMissing missing => missing with { Known = KnownByTheClock(state, missing.LookedAt) },
            _ => command,
        },
    }, "I2", "I8", "I9");

    private static KnownAtLook KnownByTheClock(LiveStreamState state, DateTimeOffset lookedAt) =>
        lookedAt > state.ChangedAt ? new KnownAtLook(state.Revision, lookedAt - state.ChangedAt) : default;

    /// <summary>
    /// What the default of Akka.Persistence does: once another writer has followed, records of the earlier one are dropped.
    /// </summary>
    private static List<JournalRow> ReplayFilter(IReadOnlyList<JournalRow> rows)
    {
        var old = new HashSet<string>();
        var writer = "";
        var heard = new List<JournalRow>();
        foreach (var row in rows)
        {
            if (row.Writer != writer && old.Contains(row.Writer))
            {
                continue;
            }

            if (row.Writer != writer)
            {
                old.Add(writer);
                writer = row.Writer;
            }

            heard.Add(row);
        }

        return heard;
    }

    private static Admitted AdmittedAt(HandoverStarted handover, LiveStreamState state) =>
        new(handover.At, handover.To, state.Generation + 1, handover.Rule, handover.In, handover.At, handover.At.AddSeconds(5), true);

    private void NoticesWhereTheDatabaseGoesBack(BrokenRules rules, string promise) =>
        new Seeds(seed => new World(seed, rules) { RollsBack = true }, output).Notice(Many, promise);

    private void Notices(int seeds, BrokenRules rules, params string[] promises) =>
        new Seeds(seed => new World(seed, rules), output).Notice(seeds, promises);
}
