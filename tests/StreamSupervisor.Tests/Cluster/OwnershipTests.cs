#pragma warning disable xUnit1031 // Tasks that are looked at here have ended: the simulation ran until they had.
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace StreamSupervisor.Tests.Cluster;

public sealed class OwnershipTests
{
    private readonly MemoryStore _store = new();
    private readonly SimulationScheduler _simulation = new(new VirtualTime());

    [Fact]
    public void A_shard_without_an_owner_here_says_so_at_once()
    {
        using var member = new CounterMember(_store, _simulation);

        member.AskAsync("a", new Read()).Result.Status.ShouldBe(AskStatus.Unavailable);
        member.Tell("a", new Read()).ShouldBeFalse();
    }

    [Fact]
    public void A_report_of_a_shard_names_no_more_entities_than_were_asked_for()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var shard = ShardMap.ShardOf("a");
        member.Region.ReportOf(shard, 10).ShouldBeEquivalentTo(new ShardReport(ShardState.Serving, member.Region.ReportOf(shard, 0).Epoch, 0, Array.Empty<string>(), 0, 0));
        var others = Enumerable.Range(0, 10_000).Select(number => $"key-{number}").Where(key => ShardMap.ShardOf(key) == shard).Take(3).ToList();
        foreach (var key in others.Append("a"))
        {
            member.Ask(key, new Read()).Status.ShouldBe(AskStatus.Answered);
        }

        var report = member.Region.ReportOf(shard, 2);
        (report.Entities, report.Open).ShouldBe((4, 0));
        report.Names.ShouldBe(["a", others.Order(StringComparer.Ordinal).First()]);
        member.Region.ReportOf(shard, 0).Names.ShouldBeEmpty();
    }

    [Fact]
    public void Asks_that_come_while_a_shard_recovers_wait_for_it()
    {
        using var member = new CounterMember(_store, _simulation);
        member.Journal.ReadsFail = true;
        var owned = member.OwnShardOfAsync("a");
        var early = member.AskAsync("a", new Count("1"), TimeSpan.FromMinutes(1));
        _simulation.RunFor(TimeSpan.FromSeconds(20));
        early.IsCompleted.ShouldBeFalse();
        member.Region.StateOf(ShardMap.ShardOf("a")).ShouldBe(ShardState.Recovering);

        member.Journal.ReadsFail = false;

        _simulation.Run(() => early).Status.ShouldBe(AskStatus.Answered);
        owned.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void An_ask_whose_deadline_comes_before_its_shard_is_recovered_never_happens()
    {
        using var member = new CounterMember(_store, _simulation);
        member.Journal.ReadsFail = true;
        _ = member.OwnShardOfAsync("a");

        member.Ask("a", new Count("1"), TimeSpan.FromSeconds(3)).Status.ShouldBe(AskStatus.Unavailable);

        member.Journal.ReadsFail = false;
        _simulation.RunFor(TimeSpan.FromSeconds(10));
        _store.EventsOf("a").ShouldBeEmpty();
    }

    [Fact]
    public void Residents_are_in_memory_before_the_shard_is_served()
    {
        using (var before = CounterMember.Serving(_store, _simulation, "first"))
        {
            before.Ask("a", new Settle(Resident: true));
            before.Ask("b", new Count("1"));
        }

        using var member = new CounterMember(_store, _simulation, "second");
        _simulation.Run(member.OwnAllAsync);

        member.Probe.Seen.ShouldContain(seen => seen.Name == "changed" && ((ValueTuple<string, CounterState>)seen.Detail!).Item1 == "a");
        member.Region.EntitiesInMemory.ShouldBe(1);
    }

    [Fact]
    public void A_resident_that_cannot_be_read_does_not_hold_its_shard_back()
    {
        using (var before = CounterMember.Serving(_store, _simulation, "first"))
        {
            before.Ask("a", new Settle(Resident: true));
            before.Ask("a", new Corrupt());
        }

        using var member = new CounterMember(_store, _simulation, "second");
        _simulation.Run(member.OwnAllAsync);

        member.Region.StateOf(ShardMap.ShardOf("a")).ShouldBe(ShardState.Serving);
        _simulation.RunFor(TimeSpan.FromSeconds(5));
        member.Region.Quarantined.Single().EntityId.ShouldBe("a");
    }

    [Fact]
    public void A_graceful_handover_finishes_what_stands_in_the_mailboxes_and_takes_nothing_new()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.OnNext(new AppendFault.Delay(TimeSpan.FromSeconds(1)));
        var taken = Enumerable.Range(1, 5).Select(n => member.AskAsync("a", new Count($"{n}"))).ToArray();
        _simulation.RunReady();

        var handedOver = member.DisownShardOfAsync("a");
        member.AskAsync("a", new Count("late")).Result.Status.ShouldBe(AskStatus.Unavailable);

        _simulation.Run(() => handedOver);
        _simulation.Run(() => Task.WhenAll(taken)).ShouldAllBe(answer => answer.Status == AskStatus.Answered);
        member.Region.StateOf(ShardMap.ShardOf("a")).ShouldBe(ShardState.NotOwned);
        member.Region.EntitiesInMemory.ShouldBe(0);
        member.Probe.CountOf("gone").ShouldBe(1);
    }

    [Fact]
    public void Asks_that_wait_under_a_ticket_are_sent_to_the_next_owner_and_get_their_answer_there()
    {
        using var first = CounterMember.Serving(_store, _simulation, "first");
        using var second = new CounterMember(_store, _simulation, "second");
        var waiting = first.AskAsync("a", new AwaitOpening("x"));
        _simulation.RunReady();

        _simulation.Run(() => first.DisownShardOfAsync("a"));
        _simulation.Run(() => waiting).Status.ShouldBe(AskStatus.Unavailable);
        _simulation.Run(() => second.OwnShardOfAsync("a"));
        var again = second.AskAsync("a", new AwaitOpening("x"));
        second.Ask("a", new Open("x"));

        _simulation.Run(() => again).Reply.ShouldBe(new CounterReply(1));
        _store.EventsOf("a").Count.ShouldBe(2);
    }

    [Fact]
    public void The_patience_of_a_graceful_handover_ends_with_its_token()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.OnNext(new AppendFault.Hold(new TaskCompletionSource().Task));
        var stuck = member.AskAsync("a", new Count("1"));
        _simulation.RunReady();
        using var patience = new CancellationTokenSource();

        var handedOver = member.DisownShardOfAsync("a", patience: patience.Token);
        handedOver.IsCompleted.ShouldBeFalse();
        patience.Cancel();

        _simulation.Run(() => handedOver);
        member.Region.StateOf(ShardMap.ShardOf("a")).ShouldBe(ShardState.NotOwned);
        _simulation.Run(() => stuck).Status.ShouldBe(AskStatus.Unknown);
    }

    [Fact]
    public void An_ask_that_ends_after_its_entity_left_memory_leaves_the_one_that_took_its_place_alone()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.OnNext(new AppendFault.Hold(new TaskCompletionSource().Task));
        var late = member.AskAsync("a", new Count("1"));
        _simulation.RunReady();
        _simulation.Run(() => member.OwnShardOfAsync("a"));
        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Answered);
        var loads = member.Journal.Loads;

        _simulation.Run(() => late).Status.ShouldBe(AskStatus.Unknown);

        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Answered);
        member.Journal.Loads.ShouldBe(loads);
    }

    [Fact]
    public void The_write_of_a_member_that_was_replaced_is_fenced_and_the_member_gives_the_shard_up()
    {
        using var old = CounterMember.Serving(_store, _simulation, "old");
        old.Ask("a", new Count("1"));
        using var next = CounterMember.Serving(_store, _simulation, "next");
        next.Ask("a", new Count("2"));

        old.Ask("a", new Count("3")).Status.ShouldBe(AskStatus.Unavailable);

        old.Region.StateOf(ShardMap.ShardOf("a")).ShouldBe(ShardState.Lost);
        old.Probe.CountOf("lost").ShouldBe(1);
        old.Probe.CountOf("gone").ShouldBe(1);
        old.AskAsync("a", new Read()).Result.Status.ShouldBe(AskStatus.Unavailable);
        _store.EventsOf("a").Count.ShouldBe(2);
    }

    [Fact]
    public void A_lost_shard_that_is_owned_again_answers_from_the_journal()
    {
        using var old = CounterMember.Serving(_store, _simulation, "old");
        old.Ask("a", new Count("1"));
        using var next = CounterMember.Serving(_store, _simulation, "next");
        next.Ask("a", new Count("2"));
        old.Ask("a", new Count("3"));

        _simulation.Run(() => old.OwnShardOfAsync("a"));

        old.Ask("a", new Count("3")).Reply.ShouldBe(new CounterReply(3));
    }

    [Fact]
    public void A_member_that_was_replaced_does_not_answer_from_memory()
    {
        using var old = CounterMember.Serving(_store, _simulation, "old");
        old.Ask("a", new Count("1"));
        using var next = CounterMember.Serving(_store, _simulation, "next");
        next.Ask("a", new Count("2"));

        old.Ask("a", new Read()).Status.ShouldBe(AskStatus.Unavailable);
    }

    [Fact]
    public void Without_the_verify_a_replaced_member_tells_what_was_true_once()
    {
        using var old = CounterMember.Serving(_store, _simulation, "old", new ShardRegionSettings { VerifyAnswers = false });
        old.Ask("a", new Count("1"));
        using var next = CounterMember.Serving(_store, _simulation, "next");
        next.Ask("a", new Count("2"));

        old.Ask("a", new Read()).Reply.ShouldBe(new CounterReply(1)); // wrong since the write of "2"
    }

    [Fact]
    public void An_older_epoch_changes_nothing()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Count("1"));

        _simulation.Run(() => member.Region.OwnAsync(new ShardEpoch(ShardMap.ShardOf("a"), 0), CancellationToken.None));

        member.Ask("a", new Count("2")).Reply.ShouldBe(new CounterReply(2));
    }

    [Fact]
    public void A_sole_owner_serves_every_shard_and_takes_one_again_that_it_lost()
    {
        var journal = _store.Open("alone");
        using var owner = new SoleOwner(journal, journal.TakeAll(), _simulation.Time, NullLogger.Instance);
        using var region = _simulation.Inside(() => new ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply>(new()
        {
            Behavior = new CounterBehavior(),
            Journal = journal,
            Ownership = owner,
            Time = _simulation.Time,
            Logger = NullLogger.Instance,
        }));
        Task<AskResult<CounterReply>> Ask(CounterCommand command) =>
            region.AskAsync("a", command, _simulation.Time.GetUtcNow() + TimeSpan.FromSeconds(5), CancellationToken.None);

        _simulation.Run(() => owner.OwnAllAsync(region, CancellationToken.None));
        Enumerable.Range(0, ShardMap.Shards).ShouldAllBe(shard => region.StateOf(shard) == ShardState.Serving);
        _simulation.Run(() => Ask(new Count("1"))).Status.ShouldBe(AskStatus.Answered);

        var epoch = journal.Take(ShardMap.ShardOf("a")); // a raise that the region has not heard of
        _simulation.Run(() => Ask(new Count("2"))).Status.ShouldBe(AskStatus.Unavailable);
        _simulation.RunFor(TimeSpan.FromSeconds(2));
        region.StateOf(epoch.Shard).ShouldBe(ShardState.Lost); // the store does not give it back under the old epoch

        _simulation.Run(() => region.OwnAsync(epoch, CancellationToken.None));
        _simulation.Run(() => Ask(new Count("2"))).Reply.ShouldBe(new CounterReply(2));

        _simulation.Run(() => owner.DisownAllAsync(CancellationToken.None));
        region.EntitiesInMemory.ShouldBe(0);
    }
}
