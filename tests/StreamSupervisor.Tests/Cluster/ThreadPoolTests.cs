using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Cluster;

/// <summary>The same kernel on real threads: what a simulation cannot show is a race.</summary>
[Collection("measures memory")]
public sealed class ThreadPoolTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Many_threads_and_a_store_that_loses_acknowledgements_count_every_attempt_once()
    {
        var store = new MemoryStore();
        var journal = store.Open();
        var appends = 0;
        var faulty = new FaultyJournal(journal, TimeProvider.System)
        {
            Choose = (_, _) => (++appends % 50) switch
            {
                17 => new AppendFault.LostAcknowledgement(),
                33 => new AppendFault.LostRequest(),
                _ => null,
            },
        };
        using var owner = new SoleOwner(journal, journal.TakeAll(), TimeProvider.System, NullLogger.Instance);
        using var region = Region(faulty, owner, new ShardRegionSettings { StoreBackoff = TimeSpan.FromMilliseconds(1) });
        await owner.OwnAllAsync(region, CancellationToken.None);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => OnThePool(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                AskResult<CounterReply> answer;
                do
                {
                    answer = await region.AskAsync($"{(client + i) % 7}", new Count($"{client}.{i}"), TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30), CancellationToken.None);
                }
                while (answer.Status != AskStatus.Answered);
            }
        })));

        Enumerable.Range(0, 7).Sum(entity => store.EventsOf($"{entity}").Count).ShouldBe(16 * 200);
        await owner.DisownAllAsync(CancellationToken.None);
        region.EntitiesInMemory.ShouldBe(0);
    }

    [Fact]
    public async Task Durable_asks_are_fast()
    {
        const int Clients = 64, Each = 1000;
        var store = new MemoryStore();
        var journal = store.Open();
        using var owner = new SoleOwner(journal, journal.TakeAll(), TimeProvider.System, NullLogger.Instance);
        using var region = Region(journal, owner, ShardRegionSettings.Default);
        await owner.OwnAllAsync(region, CancellationToken.None);
        await StormAsync(10);
        var bytes = GC.GetTotalAllocatedBytes();
        var since = TimeProvider.System.GetTimestamp();

        await StormAsync(Each);

        var took = TimeProvider.System.GetElapsedTime(since);
        output.WriteLine($"{Clients * Each / took.TotalSeconds:F0} durable asks/s, {(GC.GetTotalAllocatedBytes() - bytes) / (Clients * Each)} B each");
        took.ShouldBeLessThan(TimeSpan.FromSeconds(60)); // a bound for a machine that does ten other things; the figure is in the output

        Task StormAsync(int each) => Task.WhenAll(Enumerable.Range(0, Clients).Select(client => OnThePool(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                (await region.AskAsync($"{client}", new SetAlarm(DateTimeOffset.MaxValue), TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30), CancellationToken.None))
                    .Status.ShouldBe(AskStatus.Answered);
            }
        })));
    }

    private static Task OnThePool(Func<Task> body) => Task.Run(body);

    private static ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply> Region(IJournal journal, IShardOwnership owner, ShardRegionSettings settings)
    {
        // Without the context of the test runner: as the program makes it.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new(new()
            {
                Behavior = new CounterBehavior(),
                Journal = journal,
                Ownership = owner,
                Time = TimeProvider.System,
                Logger = NullLogger.Instance,
                Settings = settings,
            });
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
