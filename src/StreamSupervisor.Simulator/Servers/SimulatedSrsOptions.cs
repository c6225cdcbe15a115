using System.Collections.Immutable;
using StreamSupervisor.Simulator.Hooks;

namespace StreamSupervisor.Simulator.Servers;

/// <summary>How one simulated SRS server is configured; the defaults are those of SRS.</summary>
public sealed record SimulatedSrsOptions
{
    /// <summary><c>server_id</c>: stays over restarts.</summary>
    public string ServerId { get; init; } = "srs-1";

    /// <summary>The version to be.</summary>
    public SrsModel Model { get; init; } = SrsModel.V6;

    /// <summary>The vhosts of <c>srs.conf</c>; a stream of any other one lands in the default vhost, as SRS does it.</summary>
    public ImmutableArray<string> Vhosts { get; init; } = [SimulatedStreamKey.DefaultVhost];

    /// <summary>The hooks of <c>srs.conf</c>; what is not here is neither sent nor waited for.</summary>
    public ImmutableArray<string> Hooks { get; init; } = HookActions.All;

    /// <summary><c>publish { firstpkt_timeout }</c>: the first look whether any media came.</summary>
    public TimeSpan FirstPacketTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary><c>publish { normal_timeout }</c>: every further look.</summary>
    public TimeSpan NormalTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After this long a hook counts as unreachable (SRS: 30 s).</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The user of the API's Basic authentication; null: no authentication.</summary>
    public string? Username { get; init; }

    /// <summary>The password of the API's Basic authentication.</summary>
    public string? Password { get; init; }

    /// <summary>The host that encoders dial, as it stands in <c>tcUrl</c>.</summary>
    public string RtmpHost { get; init; } = "127.0.0.1";

    /// <summary>The port that encoders dial, as it stands in <c>tcUrl</c>. Nothing listens there.</summary>
    public int RtmpPort { get; init; } = 1935;

    /// <summary>
    /// How long the RTMP commands around a publish take (createStream, FCPublish, publish). With 40 ms, Nagle's and delayed ACK's doing,
    /// the cleanup trap takes 1.3% of the publishes with instant hooks, as measured; with 1 ms, <c>tcp_nodelay</c>, next to none.
    /// </summary>
    public TimeSpan PublishHandshake { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>How long a request to the API is under way before it is served, and its answer again (half each).</summary>
    public TimeSpan ApiRoundTrip { get; init; } = TimeSpan.FromMilliseconds(1);
}

/// <summary>A stream by vhost, app and name. SRS itself has no name for it; in its API it is a row of <c>/streams</c>.</summary>
public readonly record struct SimulatedStreamKey(string Vhost, string App, string Stream)
{
    /// <summary>SRS's default vhost.</summary>
    public const string DefaultVhost = "__defaultVhost__";

    /// <summary>A stream of the default vhost.</summary>
    public SimulatedStreamKey(string app, string stream) : this(DefaultVhost, app, stream)
    {
    }

    /// <summary>
    /// What SRS keys its sources and rows with: the vhost unless it is the default one, the app, and the name without extension.
    /// </summary>
    internal string Url
    {
        get
        {
            var dot = Stream.LastIndexOf('.');
            return $"{(Vhost == DefaultVhost ? "" : Vhost)}/{App}/{(dot > 0 ? Stream[..dot] : Stream)}";
        }
    }

    /// <summary>vhost/app/stream.</summary>
    public override string ToString() => $"{Vhost}/{App}/{Stream}";
}
