using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>One supervisor: the same actors as a cluster of one.</summary>
[Collection(MembershipCollection.Name)]
public sealed class AloneTests
{
    [Fact]
    public async Task One_supervisor_is_a_cluster_with_shards_and_opens_no_port()
    {
        var before = Listening();
        await using var alone = new Alone();
        await alone.Membership.Joined.WaitAsync(Eventually.Patience);
        var region = await ClusterSharding.Get(alone.System).StartAsync(
            "echo", _ => Props.Create(() => new Echo()), ClusterShardingSettings.Create(alone.System), new Extractor());

        (await region.Ask<string>("hello", Eventually.Patience)).ShouldBe("hello");

        Listening().Except(before).ShouldBeEmpty();
        alone.Membership.Pulse.MayAnswer.ShouldBeTrue();
        var member = alone.Membership.View.Report().Members.ShouldHaveSingleItem();
        (member.State, member.AkkaStatus, member.IsSelf).ShouldBe((MemberState.Active, MemberStatus.Up, true));
        alone.Log.Text.ShouldNotContain("Error");
    }

    [Fact]
    public async Task It_leaves_in_order()
    {
        await using var alone = new Alone();
        await alone.Membership.Joined.WaitAsync(Eventually.Patience);

        await alone.Membership.LeaveAsync().WaitAsync(Eventually.Patience);

        alone.System.WhenTerminated.IsCompleted.ShouldBeTrue();
        alone.Membership.Ended.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task The_waker_asks_for_everybody_first_and_then_for_those_that_are_due()
    {
        await using var alone = new Alone();
        await alone.Membership.Joined.WaitAsync(Eventually.Patience);
        var asked = new List<DateTimeOffset>();
        var woken = new List<string>();
        var failures = 1;

        var index = new WakerIndex(DueAsync, PageSize: 1000, (_, _) => Task.FromResult<IReadOnlyList<string>>([]));
        Action<string> wake = woken.Add;
        _ = alone.System.ActorOf(Props.Create(() => new Waker(index, wake, TimeProvider.System, alone.Log)));

        await Eventually.HoldsAsync("it has asked three times", () => Task.FromResult(asked.Count >= 3 && woken.Count >= 2));
        asked[..2].ShouldBe([DateTimeOffset.MaxValue, DateTimeOffset.MaxValue], "the first question failed, and is asked again");
        asked[2].ShouldBeLessThan(DateTimeOffset.MaxValue);
        woken[..2].ShouldBe(["live/a", "live/b"]);

        Task<IReadOnlyList<string>> DueAsync(DateTimeOffset until, string after, CancellationToken cancellation)
        {
            asked.Add(until);
            return failures-- > 0 ? Task.FromException<IReadOnlyList<string>>(new IOException("away"))
                : Task.FromResult<IReadOnlyList<string>>(["live/a", "live/b"]);
        }
    }

    /// <summary>Evictions on a server that is away keep a page full for as long as it is.</summary>
    [Fact]
    public async Task The_waker_comes_to_the_last_that_is_due_also_where_those_before_it_stay_due()
    {
        await using var alone = new Alone();
        await alone.Membership.Joined.WaitAsync(Eventually.Patience);
        string[] due = ["live/a", "live/b", "live/c", "live/d", "live/e"];
        var (woken, pages) = (new ConcurrentQueue<string>(), new ConcurrentQueue<(DateTimeOffset Until, string After)>());
        var index = new WakerIndex(DueAsync, PageSize: 2, (anew, _) => Task.FromResult<IReadOnlyList<string>>(anew ? ["live/lags"] : []));
        Action<string> wake = woken.Enqueue;
        _ = alone.System.ActorOf(Props.Create(() => new Waker(index, wake, TimeProvider.System, alone.Log)));

        await Eventually.HoldsAsync("it has begun again", () => Task.FromResult(pages.Count(page => page.After.Length == 0) >= 2));
        woken.Take(6).ShouldBe(["live/a", "live/b", "live/lags", "live/c", "live/d", "live/e"]);
        pages.Take(3).ShouldBe([.. new[] { "", "live/b", "live/d" }.Select(after => (DateTimeOffset.MaxValue, after))]);
        pages.ElementAt(3).Until.ShouldBeLessThan(DateTimeOffset.MaxValue);

        Task<IReadOnlyList<string>> DueAsync(DateTimeOffset until, string after, CancellationToken cancellation)
        {
            pages.Enqueue((until, after));
            return Task.FromResult<IReadOnlyList<string>>([.. due.Where(key => string.CompareOrdinal(key, after) > 0).Take(2)]);
        }
    }

    /// <summary>The TCP sockets of this process that listen.</summary>
    private static HashSet<string> Listening()
    {
        var mine = Directory.GetFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget ?? "").ToHashSet();
        return [.. new[] { "/proc/self/net/tcp", "/proc/self/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == "0A" && mine.Contains($"socket:[{fields[9]}]")).Select(fields => fields[1])];
    }

    private sealed class Alone : IAsyncDisposable
    {
        public Alone([CallerMemberName] string test = "")
        {
            Log = new LineLog(test, echo: false);
            Membership = ClusterMembership.Alone(TimeProvider.System, Log);
            System = ActorSystem.Create(AkkaClusterSettings.SystemName, ActorSystemSetup.Create(
                [
                    BootstrapSetup.Create().WithConfig(new AkkaClusterSettings().ToConfig()),
                    new AkkaLoggerSetup(Log), .. Membership.Setups,
                ]));
            Membership.Start(System);
        }

        public LineLog Log { get; }
        public ClusterMembership Membership { get; }
        public ActorSystem System { get; }

        public async ValueTask DisposeAsync()
        {
            await System.Terminate();
            await Membership.DisposeAsync();
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Extractor() : HashCodeMessageExtractor(64)
    {
        public override string EntityId(object message) => Convert.ToString(message, CultureInfo.InvariantCulture)!;
    }
}
