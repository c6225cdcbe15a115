using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Connections;

/// <summary>
/// One RTMP connection to a simulated server, seen from both ends. The public members are the client's end; what SRS does with it runs in
/// one coroutine per publish or play command, as in SRS: hooks are awaited inline, and while the coroutine is in a hook it notices neither
/// that the client hung up nor that it sends media.
/// </summary>
public sealed partial class SimulatedConnection
{
    // What a client and SRS exchange before the first medium, of the size that recordings show.
    private const int HandshakeReceived = 3_431;
    private const int HandshakeSent = 4_238;
    private const int PublishStartSent = 148;

    private readonly SimulatedSrs srs;
    private readonly SrsProcess process;
    private readonly long order;
    private readonly TaskCompletionSource<CloseReason> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource<PublishOutcome>? outcome;
    private CancellationTokenSource? wait;
    private Cuts waitEndsWith;
    private LiveSource? source;
    private string connectParam = "";
    private bool serving;
    private bool publishing;
    private bool kicked;
    private bool peerLeft;
    private bool unpublishes;
    private bool dead;
    private long uncollectedReceived;
    private long uncollectedSent;
    private long messages;
    private long frames;

    internal SimulatedConnection(SimulatedSrs srs, SrsProcess process, string clientId, string address)
    {
        this.srs = srs;
        this.process = process;
        ClientId = clientId;
        Address = address;
        order = process.Add(this);
        Count(HandshakeReceived, HandshakeSent);
    }

    /// <summary>What ends a wait of SRS's coroutine early; the death of the process always does.</summary>
    [Flags]
    private enum Cuts
    {
        None = 0,
        Kick = 1,
        PeerLeaves = 2,
        Unpublish = 4,
    }

    /// <summary>The <c>client_id</c> that SRS gave it: 8 random characters, unique only within the process.</summary>
    public string ClientId { get; }

    /// <summary>The address that the client comes from.</summary>
    public string Address { get; }

    /// <summary>Ends when either side has closed the connection, or the process has died. Silence does not end it.</summary>
    public Task<CloseReason> Closed => closed.Task;

    /// <summary>Whether the client can still use it.</summary>
    public bool IsOpen => !closed.Task.IsCompleted;

    /// <summary>Bytes that SRS has received on it.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Bytes that SRS has sent on it: what a player gets.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Whether its publish goes to nobody: the source was thrown away while it waited in <c>on_publish</c>.</summary>
    internal bool IsOrphan => publishing && source is { ThrownAway: true };

    internal RtmpRequest Request { get; private set; } = new("", default, "");

    /// <summary>
    /// Publishes a stream, as an encoder does whose URL is <c>rtmp://host/app/stream?param</c>. A vhost other than the default is the host.
    /// </summary>
    /// <param name="param">With or without the leading <c>?</c>; may be empty.</param>
    /// <returns>When SRS has started the publish or ended the connection.</returns>
    public Task<PublishOutcome> PublishAsync(string vhost, string app, string stream, string param)
    {
        ArgumentNullException.ThrowIfNull(param);
        return PublishAsync(TcUrlOf(vhost, app), stream + QueryOf(param));
    }

    /// <summary>Publishes a stream, as the RTMP commands name it.</summary>
    /// <param name="tcUrl">Of the connect command: <c>rtmp://host:port/app</c>, possibly with <c>?vhost=…</c>.</param>
    /// <param name="streamAndQuery">Of the publish command: <c>stream?key=value</c>.</param>
    public Task<PublishOutcome> PublishAsync(string tcUrl, string streamAndQuery) =>
        Serve(tcUrl, streamAndQuery, PublishOnceAsync);

    /// <summary>Plays a stream.</summary>
    /// <returns>When SRS has started to play or ended the connection.</returns>
    public Task<PublishOutcome> PlayAsync(string vhost, string app, string stream, string param)
    {
        ArgumentNullException.ThrowIfNull(param);
        return PlayAsync(TcUrlOf(vhost, app), stream + QueryOf(param));
    }

    /// <summary>Plays a stream, as the RTMP commands name it.</summary>
    /// <param name="tcUrl">As for a publish.</param>
    /// <param name="streamAndQuery">Of the play command: <c>stream?key=value</c>.</param>
    public Task<PublishOutcome> PlayAsync(string tcUrl, string streamAndQuery) => Serve(tcUrl, streamAndQuery, PlayOnceAsync);

    /// <summary>Sends one message of media. Nothing happens when nothing is published (any more): the bytes are lost on the way.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="videoFrames">How many frames of video are in it; 0 for audio only.</param>
    public void SendMedia(int bytes = 4_096, int videoFrames = 1)
    {
        if (!IsOpen || !publishing)
        {
            return;
        }

        process.AdvanceTo(srs.Now);
        Count(bytes, 0);
        messages++;
        frames += videoFrames;
        process.Statistics.OnMedia(this, video: videoFrames > 0, audio: true);
        foreach (var player in source!.Players)
        {
            player.Count(0, bytes);
        }
    }

    /// <summary>Ends the publish, but not the connection (FCUnpublish): the client may publish again under the same client id.</summary>
    /// <returns>When SRS is ready for the next publish.</returns>
    public async Task UnpublishAsync()
    {
        if (!publishing || !IsOpen)
        {
            return;
        }

        var over = new TaskCompletionSource<PublishOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        outcome = over;
        unpublishes = true;
        Cut(Cuts.Unpublish);
        await over.Task;
    }

    /// <summary>Hangs up. SRS notices at once when it publishes or plays, and after the answer when it is in a hook.</summary>
    public void Close()
    {
        if (!closed.TrySetResult(CloseReason.ByPeer))
        {
            return;
        }

        peerLeft = true;
        Cut(Cuts.PeerLeaves);
        if (!serving)
        {
            serving = true;
            _ = EndAsync(CloseReason.ByPeer);
        }
    }

    /// <summary>DELETE over the API: SRS interrupts the coroutine, once.</summary>
    internal void Kick()
    {
        if (kicked)
        {
            return;
        }

        kicked = true;
        Cut(Cuts.Kick);
        if (!serving)
        {
            serving = true;
            _ = EndAsync(CloseReason.Kicked);
        }
    }

    /// <summary>The process has died: the connection breaks, and no hook is sent.</summary>
    internal void Die()
    {
        dead = true;
        publishing = false;
        wait?.Cancel();
        closed.TrySetResult(CloseReason.ProcessGone);
        outcome?.TrySetResult(PublishOutcome.Closed);
    }

    internal bool PublishesTo(string url) => publishing && Request.Key.Url == url;

    internal (long Received, long Sent) TakeUncollectedBytes()
    {
        var bytes = (uncollectedReceived, uncollectedSent);
        (uncollectedReceived, uncollectedSent) = (0, 0);
        return bytes;
    }

    private void Count(long received, long sent)
    {
        ReceivedBytes += received;
        SentBytes += sent;
        uncollectedReceived += received;
        uncollectedSent += sent;
    }

    private string TcUrlOf(string vhost, string app)
    {
        var host = vhost == SimulatedStreamKey.DefaultVhost ? srs.Options.RtmpHost : vhost;
        return $"rtmp://{host}:{srs.Options.RtmpPort}/{app}";
    }

    private static string QueryOf(string param) => param.Length == 0 || param[0] == '?' ? param : "?" + param;
}
