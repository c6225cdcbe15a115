using System.Buffers.Binary;
using System.Net.Security;
using Akka.Actor;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace StreamSupervisor.Actors.Membership;

/// <summary>One connection to another member. On the wire: payloads, each behind its length in four bytes, lowest first.</summary>
internal sealed class TlsAssociation : AssociationHandle
{
    private const int Prefix = sizeof(int);

    /// <summary>Written at once, unless a payload is larger.</summary>
    private const int Chunk = 64 * 1024;

    /// <summary>Payloads that wait for a peer that does not read. Beyond it Akka is told so, and keeps what it has.</summary>
    private const int MostWaiting = 4 * 1024 * 1024;

    /// <summary>For what is queued when the association ends.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly SslStream _stream;
    private readonly int _largest;
    private readonly Action<TlsAssociation> _forget;
    private readonly object _gate = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<ByteString> _waiting = [];
    private int _bytes;
    private bool _ending;

    public TlsAssociation(Address local, Address remote, SslStream stream, int largest, Action<TlsAssociation> forget)
        : base(local, remote) => (_stream, _largest, _forget) = (stream, largest, forget);

    /// <summary>A thread of its own for work that blocks.</summary>
    /// <param name="what">For the name of the thread.</param>
    /// <param name="work">Blocks on a connection.</param>
    /// <param name="over">Hears why it ended: the connection broke, or the peer was not accepted.</param>
    public static void Run(string what, Action work, Action<Exception> over) => new Thread(() =>
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Whatever a socket or a TLS stack throws ends one connection, and not the process.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            over(broken);
        }
    })
    { IsBackground = true, Name = $"remoting {what}" }.Start();

    public void Start()
    {
        // The reader hears the end of the connection too, and tells Akka.
        Run("write", Send, _ => Close());
        _ = ReadHandlerSource.Task.ContinueWith(ready => Run("read", () => Receive(ready.Result), _ =>
        {
            ready.Result.Notify(new Disassociated(DisassociateInfo.Unknown));
            Close();
        }), TaskContinuationOptions.OnlyOnRanToCompletion);
    }

    public override bool Write(ByteString payload)
    {
        lock (_gate)
        {
            if (_ending || _bytes > MostWaiting)
            {
                return false;
            }

            _waiting.Enqueue(payload);
            _bytes += payload.Length;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    [Obsolete("Akka calls it by the overload with a reason.")]
    public override void Disassociate() => _ = EndAsync();

    /// <summary>Sends what waits, for a while, and closes.</summary>
    public async Task EndAsync()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.Pulse(_gate);
        }

        _ = await Task.WhenAny(_over.Task, Task.Delay(LastWords, TimeProvider.System));
        Close();
    }

    private void Send()
    {
        var buffer = new byte[Chunk];
        while (Take() is { } payloads)
        {
            var filled = 0;
            foreach (var payload in payloads)
            {
                if (filled + Prefix + payload.Length > buffer.Length)
                {
                    _stream.Write(buffer, 0, filled);
                    filled = 0;
                    if (Prefix + payload.Length > buffer.Length)
                    {
                        buffer = new byte[Prefix + payload.Length];
                    }
                }

                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(filled), payload.Length);
                payload.Span.CopyTo(buffer.AsSpan(filled + Prefix));
                filled += Prefix + payload.Length;
            }

            _stream.Write(buffer, 0, filled);
        }

        _ = _over.TrySetResult();
        Close();
    }

    /// <returns>All that waits, at least one; null when nothing more will come.</returns>
    private Queue<ByteString>? Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_ending)
            {
                _ = Monitor.Wait(_gate);
            }

            if (_waiting.Count == 0)
            {
                return null;
            }

            var taken = _waiting;
            (_waiting, _bytes) = ([], 0);
            return taken;
        }
    }

    private void Receive(IHandleEventListener listener)
    {
        using var reader = new BufferedStream(_stream, Chunk);
        var prefix = new byte[Prefix];
        while (true)
        {
            reader.ReadExactly(prefix);
            var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
            if (length < 0 || length > _largest)
            {
                throw new InvalidDataException($"A payload of {length} bytes.");
            }

            var payload = new byte[length];
            reader.ReadExactly(payload);
            listener.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(payload)));
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.Pulse(_gate);
        }

        _forget(this);
        _stream.Dispose();
    }
}
