using StreamSupervisor.Domain;

namespace StreamSupervisor.Tests.Simulation.Servers;

internal enum Closing
{
    ByPeer,
    Busy,
    RefusedByHook,
    Kicked,
    TimedOut,
    ForwardFailed,
    ProcessGone,
}

/// <summary>
/// One RTMP connection, seen from both ends. What SRS does with it is one chain of steps; a step that waits (for a hook's answer, for a
/// timer) is left
/// when an interrupt comes that SRS notices there, and the rest of the chain never runs then.
/// </summary>
internal sealed partial class SrsConnection(SrsServer server, SrsRun run, string clientId, string ip)
{
    private const long Handshake = 3_431;
    private const long BytesPerSecond = 128_000;
    private static readonly TimeSpan SampledEvery = TimeSpan.FromSeconds(3);

    private int _step;
    private Action? _interrupt;
    private bool _noticesLeaving;
    private bool _peerLeft;
    private bool _kicked;
    private bool _serving;
    private bool _sends;
    private long _bytes;
    private DateTimeOffset? _sendingSince;

    public string ClientId => clientId;
    public string Ip => ip;
    public SrsServer Server => server;
    public SrsRun Run => run;
    public SessionId Session => run.Session(clientId);
    public string Stream { get; private set; } = "";
    public bool IsListed { get; private set; }
    public bool IsPublishing { get; private set; }
    public bool IsPlayer { get; private set; }

    /// <summary>The registration that its URL carries; empty for none.</summary>
    public string As { get; init; } = "";

    /// <summary>Whether it copies a stream of another server.</summary>
    public bool IsRelay { get; init; }
    public TimeSpan ConnectedAt { get; } = server.World.Age;

    /// <summary>When the actor of its server heard of its last on_connect, which may be long after it was sent; before that, when it connected.</summary>
    public TimeSpan HeardAt { get; set; } = server.World.Age;

    /// <summary>How often it has begun to publish.</summary>
    public int Publishes { get; private set; }
    public bool IsOpen { get; private set; } = true;
    public bool IsDead { get; private set; }

    /// <summary>When media came last; now, while it flows.</summary>
    public DateTimeOffset? LastMediaAt { get; private set; }
    public bool IsSending => _sendingSince is not null;

    /// <summary>The publish has begun, as the client sees it.</summary>
    public Action? Started { get; set; }

    /// <summary>SRS is ready for the next publish on this connection.</summary>
    public Action? Unpublished { get; set; }

    /// <summary>The connection has ended, by either side.</summary>
    public Action<Closing>? Closed { get; set; }

    private World World => server.World;

    /// <summary>Bytes received up to now.</summary>
    public long ReceivedBytes(DateTimeOffset at) => Handshake + _bytes
        + (_sendingSince is { } since && at > since ? (long)((at - since).TotalSeconds * BytesPerSecond) : 0);

    /// <summary>As the API says it: what the sampler saw last.</summary>
    public long SampledBytes => ReceivedBytes(LastSample);

    private DateTimeOffset LastSample
    {
        get
        {
            var since = World.Now - run.SampledFrom;
            return since <= TimeSpan.Zero ? DateTimeOffset.MinValue : run.SampledFrom
                + TimeSpan.FromTicks(since.Ticks / SampledEvery.Ticks * SampledEvery.Ticks);
        }
    }

    /// <summary>Media flows from now on, or from when SRS takes it.</summary>
    public void Send()
    {
        _sends = true;
        if (IsPublishing && !IsSending)
        {
            _sendingSince = World.Now;
        }
    }

    /// <summary>Media stops, the socket stays open.</summary>
    public void Freeze()
    {
        _sends = false;
        if (_sendingSince is { } since)
        {
            _bytes += (long)((World.Now - since).TotalSeconds * BytesPerSecond);
            LastMediaAt = World.Now;
            _sendingSince = null;
        }
    }

    /// <summary>The client hangs up. SRS notices at once when it publishes or plays, and after the answer when it is in a hook.</summary>
    public void HangUp()
    {
        if (!IsOpen)
        {
            return;
        }

        Freeze();
        IsOpen = false;
        _peerLeft = true;
        Interrupt();
        if (!_serving)
        {
            _serving = true;
            End(Closing.ByPeer);
        }
    }

    /// <summary>DELETE over the API.</summary>
    public void Kick()
    {
        if (_kicked)
        {
            return;
        }

        _kicked = true;
        Interrupt();
        if (!_serving)
        {
            _serving = true;
            End(Closing.Kicked);
        }
    }

    /// <summary>The process has died: no hook is sent.</summary>
    public void Die()
    {
        Freeze();
        IsDead = true;
        _step++;
        (IsPublishing, IsListed, _interrupt) = (false, false, null);
        if (IsOpen)
        {
            IsOpen = false;
            Closed?.Invoke(Closing.ProcessGone);
        }

        World.History.Left(this);
    }

    /// <summary>Waits; an interrupt that is noticed here leads elsewhere.</summary>
    private void Wait(TimeSpan time, Action then, Action? interrupted = null)
    {
        var step = ++_step;
        (_interrupt, _noticesLeaving) = (interrupted, true);
        World.After(time, () =>
        {
            if (step == _step && !IsDead)
            {
                _interrupt = null;
                then();
            }
        });
    }

    /// <summary>Sends a hook and waits for its answer, as SRS does: 30 s at most.</summary>
    /// <param name="kicked">Where a kick leads that comes meanwhile. That the client hung up is noticed after the answer only.</param>
    private void Ask(HookKind kind, Action<bool> then, Action? kicked = null)
    {
        var step = ++_step;
        (_interrupt, _noticesLeaving) = (kicked, false);
        var hook = new SrsHook(kind, server.ServerId, server.Kind.HasServiceId ? run.Service : "", clientId,
            kind == HookKind.OnClose ? "" : Stream, ip, As);
        World.Hooks.Send(server, this, hook, yes =>
        {
            if (step == _step && !IsDead)
            {
                _interrupt = null;
                then(yes);
            }
        });
    }

    private void Interrupt()
    {
        if (_interrupt is { } interrupted && (_kicked || _noticesLeaving))
        {
            _interrupt = null;
            _step++;
            interrupted();
        }
    }

    /// <summary>
    /// on_close is sent and answered, then the client leaves the API, then TCP is closed: three steps that an observer can tell apart.
    /// </summary>
    private void End(Closing why)
    {
        _serving = true;
        FreeToken();
        if (Stream.Length == 0)
        {
            Gone(why);
            return;
        }

        Wait(server.Milliseconds(0.5, 1.5), () => Ask(HookKind.OnClose, _ => Wait(server.Milliseconds(0.4, 1.2), () => Gone(why))));
    }

    private void Gone(Closing why)
    {
        IsListed = false;
        run.Remove(this);
        World.Note(server.Name, "closed", Stream, clientId, why.ToString());
        World.History.Left(this);
        if (IsOpen)
        {
            IsOpen = false;
            Freeze();
            Closed?.Invoke(why);
        }
    }
}
