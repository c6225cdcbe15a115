using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Peers;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.IntegrationTests.Peers;

public sealed class LookExchangeTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);
    private static readonly MemberIdentity Self = new(Guid.NewGuid(), "one", "http://127.0.0.1:1");

    [Fact]
    public async Task A_look_reaches_every_other_member_and_grows_older_on_its_way()
    {
        await using var second = await PeerServer.StartAsync();
        await using var third = await PeerServer.StartAsync();
        using var client = PeerServer.Client();
        using var exchange = new LookExchange(new View(second.Url, third.Url), _ => true, client, TimeProvider.System);
        var look = Look("cam");

        exchange.Share(look);

        foreach (var server in new[] { second, third })
        {
            (await server.Came.WaitAsync(Wait)).ShouldBeTrue();
            var heard = server.Looks.Single();
            heard.Streams.ShouldBe(look.Streams);
            heard.Process.ShouldBe(look.Process);
            heard.Age.ShouldBeGreaterThan(look.Age);
            (heard.Age - heard.SeenAge).ShouldBe(look.Age - look.SeenAge);
        }
    }

    [Fact]
    public async Task To_a_member_that_is_slow_only_the_newest_look_goes()
    {
        await using var second = await PeerServer.StartAsync();
        using var client = PeerServer.Client();
        using var exchange = new LookExchange(new View(second.Url), _ => true, client, TimeProvider.System);
        for (var i = 0; i < 1000; i++)
        {
            exchange.Share(Look($"cam{i}"));
        }

        do
        {
            (await second.Came.WaitAsync(Wait)).ShouldBeTrue();
        }
        while (second.Looks[^1].Streams[0].PublisherClientId != "cam999");

        second.Looks.Count.ShouldBeLessThan(1000);
    }

    [Fact]
    public async Task A_client_that_closed_is_passed_on_to_all()
    {
        await using var second = await PeerServer.StartAsync();
        using var client = PeerServer.Client();
        using var exchange = new LookExchange(new View(second.Url), _ => true, client, TimeProvider.System);
        var session = new SessionId("srs-1", "process-1", "c1");
        exchange.PassOnClosed("srs-1", session);
        (await second.Came.WaitAsync(Wait)).ShouldBeTrue();
        second.Closes.ShouldBe([("srs-1", session)]);
    }

    [Fact]
    public void A_node_is_swept_by_the_owner_of_its_shard_and_a_key_is_spoken_of_by_whoever_serves_it()
    {
        using var client = PeerServer.Client();
        var view = new View("http://127.0.0.1:2");
        using var exchange = new LookExchange(view, served => served == ShardMap.ShardOf("__defaultVhost__/live/a"), client, TimeProvider.System);
        exchange.Sweeps("srs-1").ShouldBeFalse();
        view.Owner = Self;
        exchange.Sweeps("srs-1").ShouldBeTrue();
        view.Owner = view.Members[1].Identity;
        exchange.Sweeps("srs-1").ShouldBeFalse();
        exchange.Owns(StreamKey.Parse("live/a")).ShouldBeTrue();
        exchange.Owns(StreamKey.Parse("live/b")).ShouldBeFalse();
    }

    private static OriginLook Look(string client) => new("srs-1", new SrsProcess("srs-1", "process-1", "1", new SrsVersion(6, 0, 157)),
        [new SrsStream("vid-1", StreamKey.DefaultVhost, "live", "cam", true, client, 5, 1) { HasMedia = true }], TimeSpan.FromMilliseconds(7), TimeSpan.FromMilliseconds(2),
        TimeSpan.FromMilliseconds(5));

    private sealed class View(params string[] others) : IClusterView
    {
        public MemberIdentity? Owner { get; set; }

        public MemberIdentity Self => LookExchangeTests.Self;

        public IReadOnlyList<MemberSighting> Members { get; } = [.. others.Select(url => new MemberIdentity(Guid.NewGuid(), url, url)).Prepend(LookExchangeTests.Self)
            .Select(identity => new MemberSighting(identity, MemberState.Active, 1, LeaseExpired: false, SessionHeld: true))];

        public IReadOnlyList<ShardLease> Shards => [];

        public TimeSpan LeaseAge => TimeSpan.Zero;

        public MemberIdentity? OwnerOf(int shard) => Owner;

        public Task<bool> NextChangeAsync(CancellationToken cancellation) => new TaskCompletionSource<bool>().Task.WaitAsync(cancellation);

        public void LookSoon()
        {
        }
    }
}
