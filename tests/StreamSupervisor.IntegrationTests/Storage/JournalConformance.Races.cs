using StreamSupervisor.Cluster.Persistence;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>What holds when things happen at the same moment.</summary>
public abstract partial class JournalConformance
{
    /// <summary>How many rounds a race is run; each costs a few commits.</summary>
    protected virtual int Rounds => 200;

    [ConformanceFact]
    public async Task An_append_that_races_with_a_change_of_ownership_is_before_it_or_fenced()
    {
        const int Seed = 20_28;
        var random = new Random(Seed);
        var epoch = Store.Owner(0).Epoch;
        var written = new Dictionary<string, long>();
        for (var round = 0; round < Rounds; round++)
        {
            var why = $"seed {Seed}, round {round}";
            var owner = new ShardEpoch(0, epoch);
            var batch = Enumerable.Range(0, random.Next(1, 6)).Select(_ => $"e{random.Next(8)}").Distinct()
                .Select(id => RequestOf(owner, id, written.GetValueOrDefault(id), "x", "y")).ToArray();

            var append = Store.Journal.AppendAsync(batch, default);
            if (random.Next(2) == 0)
            {
                await Task.Yield();
            }

            var reacquire = Store.Ownership.ReacquireAsync(0, epoch, default);

            // The new owner reads as soon as it has its epoch, whatever became of the append.
            var raised = (await reacquire).ShouldNotBeNull(why);
            var seen = new Dictionary<string, long>();
            foreach (var request in batch)
            {
                seen[request.EntityId] = (await Store.Journal.LoadAsync(0, request.EntityId, default)).LastSequence;
            }

            var outcomes = await append;
            foreach (var (request, outcome) in batch.Zip(outcomes))
            {
                outcome.ShouldBeOneOf(AppendOutcome.Appended, AppendOutcome.Fenced);
                var expected = outcome == AppendOutcome.Appended ? request.LastSequence : request.PreviousSequence;
                seen[request.EntityId].ShouldBe(expected, $"{why}: the new owner saw something else than became true");
                written[request.EntityId] = expected;
            }

            outcomes.Distinct().Count().ShouldBe(1, $"{why}: one shard, one fence");
            epoch = raised;
        }
    }

    [ConformanceFact]
    public async Task Appends_of_one_entity_that_race_under_one_epoch_form_one_chain()
    {
        var last = 0L;
        for (var round = 0; round < Rounds / 4; round++)
        {
            var racers = Enumerable.Range(0, 3).Select(i => Store.Journal.AppendAsync(
                [
                    Store.Request("chain", last, [.. Enumerable.Repeat($"{round}/{i}", i + 1)]) with { EffectsStarted = [new($"{round}/{i}", Bytes("x"))] },
                    Store.Request($"own {i}", round, "x"),
                ],
                default)).ToArray();
            var outcomes = await Task.WhenAll(racers);
            outcomes.ShouldAllBe(o => o[1] == AppendOutcome.Appended);
            outcomes.Count(o => o[0] == AppendOutcome.Appended).ShouldBe(1);
            outcomes.Count(o => o[0] == AppendOutcome.Conflict).ShouldBe(2);
            var winner = outcomes.TakeWhile(o => o[0] != AppendOutcome.Appended).Count();
            last += winner + 1;
            var events = await Store.EventsOfAsync("chain");
            events.Length.ShouldBe((int)last);
            events[^1].ShouldBe($"{round}/{winner}");
            (await Store.Journal.LoadBacklogAsync(0, default)).Effects[^1].Effect.Name.ShouldBe($"{round}/{winner}");
        }
    }
}
