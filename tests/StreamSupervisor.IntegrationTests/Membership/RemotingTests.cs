using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Remote;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.TestKit.Membership;
using StreamSupervisor.TestKit.Metrics;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>What goes between members arrives whole and in order, and nobody else gets in.</summary>
[Collection(MembershipCollection.Name)]
public sealed class RemotingTests
{
    private const string Secret = "of-the-remoting-tests-0123456789";

    [Fact]
    public async Task Payloads_of_all_sizes_arrive_whole_and_in_order()
    {
        await using var a = new Node();
        await using var b = new Node();
        var echo = b.System.ActorOf(Props.Create(() => new Echo()), "echo");
        var remote = await a.System.ActorSelection(new RootActorPath(b.Address) / "user" / "echo").ResolveOne(Eventually.Patience);
        remote.ShouldNotBeSameAs(echo);

        byte[][] sent = [.. Enumerable.Range(0, 100).Select(number =>
            RandomNumberGenerator.GetBytes(1 + (number * number * number * 4 / 5)))];
        using var inbox = Inbox.Create(a.System);
        foreach (var payload in sent)
        {
            inbox.Send(remote, payload);
        }

        foreach (var payload in sent)
        {
            (await inbox.ReceiveAsync(Eventually.Patience)).ShouldBeOfType<byte[]>().AsSpan().SequenceEqual(payload).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_peer_that_takes_the_connection_and_closes_it_ends_nobody()
    {
        using var rude = new TcpListener(IPAddress.Loopback, 0);
        rude.Start();
        var closed = CloseAllAsync(rude);
        await using var a = new Node();
        var failed = a.NextFailure();

        a.System.ActorSelection(new RootActorPath(new Address("akka.tls", AkkaClusterSettings.SystemName, "127.0.0.1",
            ((IPEndPoint)rude.LocalEndpoint).Port)) / "user" / "x")
            .Tell(new byte[1]);
        await failed.WaitAsync(Eventually.Patience);
        (await closed.WaitAsync(Eventually.Patience)).ShouldBeTrue();

        CoordinatedShutdown.Get(a.System).ShutdownReason.ShouldBeNull();
        a.System.WhenTerminated.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Garbage_only_loses_its_connection()
    {
        await using var a = new Node();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, a.Address.Port!.Value);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        var answer = new byte[64];
        using var patience = new CancellationTokenSource(Eventually.Patience);
        var read = await client.GetStream().ReadAsync(answer, patience.Token);

        Encoding.ASCII.GetString(answer, 0, read).ShouldNotContain("HTTP");
        a.System.WhenTerminated.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Those_who_share_a_secret_know_each_other_and_others_do_not()
    {
        var own = RemotingTls.FromSecret(Secret, null, TimeProvider.System);
        (await ShakeAsync(own, RemotingTls.FromSecret(Secret, null, TimeProvider.System))).ShouldBeTrue();
        (await ShakeAsync(own, RemotingTls.FromSecret("another-secret-0123456789", null, TimeProvider.System))).ShouldBeFalse();

        var swapped = RemotingTls.FromSecret("the-next-secret-0123456789", Secret, TimeProvider.System);
        (await ShakeAsync(RemotingTls.FromSecret(Secret, "the-next-secret-0123456789", TimeProvider.System), swapped)).ShouldBeTrue();
        (await ShakeAsync(swapped, own)).ShouldBeFalse("own does not accept the next one yet");
    }

    [Fact]
    public async Task Members_with_a_certificate_of_their_own_know_those_with_its_key_or_of_its_authority()
    {
        using var authority = new TestCertificates();
        using var stranger = new TestCertificates();
        var (one, two) = (authority.Pfx("one", withAuthority: true), authority.Pfx("two", withAuthority: true));
        var alone = authority.Pfx("three", withAuthority: false);

        (await ShakeAsync(Tls(alone), Tls(alone))).ShouldBeTrue();
        (await ShakeAsync(Tls(one), Tls(two))).ShouldBeTrue();
        (await ShakeAsync(Tls(two), Tls(one))).ShouldBeTrue();
        (await ShakeAsync(Tls(alone), Tls(one))).ShouldBeFalse("its file names no authority");
        (await ShakeAsync(Tls(one), Tls(stranger.Pfx("one", withAuthority: true)))).ShouldBeFalse();
        (await ShakeAsync(Tls(one), RemotingTls.FromSecret(Secret, null, TimeProvider.System))).ShouldBeFalse();
        Should.Throw<CryptographicException>(() => RemotingTls.FromCertificate(new MemberCertificate(one, "wrong")));

        static RemotingTls Tls(string file) => RemotingTls.FromCertificate(new MemberCertificate(file, TestCertificates.Password));
    }

    [Fact]
    public async Task A_member_counts_the_others_as_they_come_and_go()
    {
        await using var a = new Node();
        await using var b = new Node();
        using var metrics = new MemberMetrics(() => 0, () => 1, () => PeerWatch.CountReachable(Cluster.Get(a.System)));
        using var reachable = new InstrumentReader("streamsupervisor.peers.reachable", metrics.Meter);
        using var changes = new InstrumentReader("streamsupervisor.peers.changes", metrics.Meter);
        metrics.Begin();
        foreach (var change in new[] { "joined", "left", "unreachable", "reachable" })
        {
            changes.Measured("change", change).ShouldBe([0], change);
        }

        reachable.Read().ShouldBe(0);
        _ = a.System.ActorOf(Props.Create(() => new PeerWatch(metrics)), PeerWatch.ActorName);
        Cluster.Get(a.System).Join(a.Address);
        Cluster.Get(b.System).Join(a.Address);
        await Eventually.HoldsAsync("the other has joined", () => Task.FromResult(Counted("joined") == 1 && reachable.Read() == 1));

        Cluster.Get(b.System).Leave(b.Address);
        await Eventually.HoldsAsync("the other has left", () => Task.FromResult(Counted("left") == 1 && reachable.Read() == 0));
        Counted("joined").ShouldBe(1);

        double Counted(string change) => changes.Measured("change", change).Sum();
    }

    private static async Task<bool> ShakeAsync(RemotingTls server, RemotingTls client)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var far = await listener.AcceptTcpClientAsync();
        var taken = Task.Run(() => Succeeds(() =>
        {
            using var stream = server.Shake(far.GetStream(), "127.0.0.1", server: true);
            stream.WriteByte(1);
        }));
        var called = Task.Run(() => Succeeds(() =>
        {
            using var stream = client.Shake(near.GetStream(), "127.0.0.1", server: false);
            if (stream.ReadByte() != 1)
            {
                throw new IOException("The server has hung up."); // With TLS 1.3 the client hears only here that it was refused.
            }
        }));
        return (await Task.WhenAll(taken, called)).All(ok => ok);
    }

    private static bool Succeeds(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return false;
        }
    }

    private static async Task<bool> CloseAllAsync(TcpListener listener)
    {
        (await listener.AcceptTcpClientAsync()).Dispose();
        return true;
    }

    [Fact]
    public void The_port_is_the_members_own_before_Akka_is_there()
    {
        var port = FreePort.Next();
        var at = new RemotingEndpoint("127.0.0.1", port, "127.0.0.1", port);
        using (TlsListener.Open(at))
        {
            Should.Throw<SocketException>(() => TlsListener.Open(at)).SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
        }

        TlsListener.Open(at).Dispose();
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<byte[]>(payload => Sender.Tell(payload));
    }

    private sealed class Node : IAsyncDisposable
    {
        public Node()
        {
            var port = FreePort.Next();
            var at = new RemotingEndpoint("127.0.0.1", port, "127.0.0.1", port);
            var settings = new AkkaClusterSettings { Remoting = at };
            System = ActorSystem.Create(AkkaClusterSettings.SystemName, ActorSystemSetup.Create(
                BootstrapSetup.Create().WithConfig(
                    ConfigurationFactory.ParseString("akka.cluster.split-brain-resolver.active-strategy = keep-majority")
                        .WithFallback(settings.ToConfig())),
                RemotingTls.FromSecret(Secret, null, TimeProvider.System), TlsListener.Open(at)));
            Address = Cluster.Get(System).SelfAddress;
        }

        public ActorSystem System { get; }
        public Address Address { get; }

        /// <summary>Completes with the next association that fails.</summary>
        public Task NextFailure()
        {
            var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var ear = System.ActorOf(Props.Create(() => new Ear(failed)));
            System.EventStream.Subscribe(ear, typeof(AssociationErrorEvent)).ShouldBeTrue();
            return failed.Task;
        }

        public async ValueTask DisposeAsync() => await System.Terminate();

        private sealed class Ear : ReceiveActor
        {
            public Ear(TaskCompletionSource failed) => Receive<AssociationErrorEvent>(_ => failed.TrySetResult());
        }
    }
}
