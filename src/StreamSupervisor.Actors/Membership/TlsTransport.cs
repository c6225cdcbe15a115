using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Akka's remoting over TLS on sockets of .NET. It promises what Akka asks of a transport: payloads whole and in order, or the end of the
/// association; and that nobody gets in whom <see cref="RemotingTls"/> does not accept.
///
/// Why not the DotNetty transport that Akka brings: when one of its outgoing TLS handshakes fails, for any reason, it shuts the whole actor
/// system down (1.5.74, TcpHandlers). A peer that is killed in the middle of a handshake, or a proxy in front of a dead one that accepts
/// and closes, would take the members down that live. Here a handshake that fails is an association that failed.
///
/// Each association has two threads of its own, and nothing here runs on the thread pool: a pool that is exhausted must not stop
/// heartbeats. Members are few. Nothing waits to be sent along with something else; what has queued up behind a write goes with the next.
/// </summary>
#pragma warning disable CA1001 // Akka ends it by Shutdown.
internal sealed class TlsTransport : Transport
#pragma warning restore CA1001
{
    public const string Scheme = "tls";

    private readonly RemotingTls _tls;
    private readonly Socket _socket;
    private readonly string _advertisedHost;
    private readonly int _advertisedPort;
    private readonly TimeSpan _patience;
    private readonly ILoggingAdapter _log;
    private readonly HashSet<TlsAssociation> _open = [];
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Strangers may hold no more handshakes open than this, each for the patience at most; further connections wait in the backlog.
    /// </summary>
    private readonly SemaphoreSlim _handshakes = new(32);
    private Address? _local;
    private bool _closed;

    /// <summary>Akka creates it by these two.</summary>
    public TlsTransport(ActorSystem system, Config config)
    {
        (System, Config, SchemeIdentifier) = (system, config, Scheme);
        (_tls, _socket) = (PartOf<RemotingTls>(system), PartOf<TlsListener>(system).Socket);
        (_advertisedHost, _advertisedPort) = (config.GetString("advertised-host"), config.GetInt("advertised-port"));
        MaximumPayloadBytes = config.GetByteSize("maximum-payload-bytes", null) ?? 0;
        _patience = config.GetTimeSpan("patience");
        _log = Logging.GetLogger(system, typeof(TlsTransport));
    }

    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        _local = new Address(Scheme, System.Name, _advertisedHost, _advertisedPort);

        // Connections wait in the backlog until Akka listens.
        _ = _listener.Task.ContinueWith(
            ready => TlsAssociation.Run("accept", () => Accept(ready.Result), why => _log.Error(why, "No member can connect any more.")),
            TaskContinuationOptions.OnlyOnRanToCompletion);
        return Task.FromResult((_local, _listener));
    }

    public override bool IsResponsibleFor(Address remote) => true;

    public override Task<AssociationHandle> Associate(Address remoteAddress)
    {
        var done = new TaskCompletionSource<AssociationHandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        TlsAssociation.Run("associate", () => done.SetResult(Connect(remoteAddress)),
            failed => done.SetException(new InvalidAssociationException($"{remoteAddress}: {failed.Message}", failed)));
        return done.Task;
    }

    private static T PartOf<T>(ActorSystem system)
        where T : Setup => system.Settings.Setup.Get<T>() is { HasValue: true } part ? part.Value
            : throw new ConfigurationException($"Remoting needs a {typeof(T).Name} in the set-up.");

    public override Task<bool> Shutdown()
    {
        TlsAssociation[] open;
        lock (_open)
        {
            _closed = true;
            open = [.. _open];
        }

        _socket.Dispose();
        return Task.WhenAll(open.Select(association => association.EndAsync())).ContinueWith(_ => true, TaskScheduler.Default);
    }

    private TlsAssociation Connect(Address remote)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // A time limit for connecting that blocks no longer than it says; the socket has none of its own.
            using var late = new CancellationTokenSource(_patience, TimeProvider.System);
            using var closing = late.Token.Register(socket.Dispose);
            socket.Connect(remote.Host!.Trim('[', ']'), remote.Port!.Value);
            return Open(socket, remote, server: false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Accept(IAssociationEventListener listener)
    {
        while (true)
        {
            _handshakes.Wait();
            Socket socket;
            try
            {
                socket = _socket.Accept();
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                _ = _handshakes.Release();
                if (_closed || over is ObjectDisposedException)
                {
                    return;
                }

                continue; // The caller is gone already, or the process has no handle left for it: the next may be luckier.
            }

            TlsAssociation.Run("handshake", () => Greet(socket, listener), refused =>
            {
                // Whoever tries the port looks like this too, the other members among them.
                _log.Debug("A connection to the members' port was not taken: {0}", refused.Message);
                socket.Dispose();
                _ = _handshakes.Release();
            });
        }
    }

    private void Greet(Socket socket, IAssociationEventListener listener)
    {
        var from = (IPEndPoint)socket.RemoteEndPoint!;
        listener.Notify(new InboundAssociation(Open(socket, new Address(Scheme, System.Name, Bracketed(from.Address), from.Port),
            server: true)));
        _ = _handshakes.Release();
    }

    private TlsAssociation Open(Socket socket, Address remote, bool server)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        socket.ReceiveTimeout = socket.SendTimeout = (int)_patience.TotalMilliseconds;
        var stream = _tls.Shake(new NetworkStream(socket, ownsSocket: true), remote.Host!, server);
        socket.ReceiveTimeout = socket.SendTimeout = 0;
        var association = new TlsAssociation(_local!, remote, stream, (int)MaximumPayloadBytes, Forget);
        lock (_open)
        {
            if (_closed)
            {
                stream.Dispose();
                throw new ObjectDisposedException(nameof(TlsTransport));
            }

            _ = _open.Add(association);
        }

        association.Start();
        return association;
    }

    private void Forget(TlsAssociation association)
    {
        lock (_open)
        {
            _ = _open.Remove(association);
        }
    }

    private static string Bracketed(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{address}]" : address.ToString();
}
