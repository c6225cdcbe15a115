using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// What is known of one SRS server, for members, the API and registrations. Immutable; the server's actor tells a new one after each
/// change.
/// </summary>
/// <param name="Name">The configured name.</param>
/// <param name="Status">How it answers.</param>
/// <param name="Since">Since when it has this status; null as long as nobody has asked.</param>
/// <param name="Process">The process that runs there; null as long as nobody knows.</param>
public sealed record OriginSnapshot(string Name, OriginStatus Status, DateTimeOffset? Since, OriginProcess? Process)
{
    /// <summary>The sentence of the last call that failed; null when the last one succeeded.</summary>
    public string? LastError { get; init; }

    /// <summary>
    /// Why the API's address is another server's; null when it is not. As long as it is, nothing that the API says counts.
    /// </summary>
    public string? Misaddressed { get; init; }

    /// <summary>That hooks with this server's token name another server than its API; null when they agree.</summary>
    public string? HooksDisagree { get; init; }

    /// <summary>
    /// Why nobody can be kicked there: its API forbids DELETE. Null when it does not, as far as kicks have shown. Encoders are served all
    /// the same.
    /// </summary>
    public string? KicksForbidden { get; init; }

    /// <summary>Why nobody can publish to this server until a person mends the settings; null when everybody can.</summary>
    public string? WhyLockedOut => Misaddressed ?? HooksDisagree;

    /// <summary>The service ids of processes that are over: those that the one that runs there followed. Oldest first, bounded.</summary>
    public ImmutableArray<string> Superseded { get; init; } = [];

    /// <summary>Whether a hook or a heartbeat with this server's token has named the process that runs there.</summary>
    public bool HeardFromHooks { get; init; }

    /// <summary>The newest epoch of the store in which it was looked at; 0: the store has never gone back in time.</summary>
    public long SweptEpoch { get; init; }

    /// <summary>When its API answered last.</summary>
    public DateTimeOffset? LastAnswerAt { get; init; }

    /// <summary>How long its last list of streams took.</summary>
    public TimeSpan? LastLookTook { get; init; }

    /// <summary>How long its last lists of streams took, up to <see cref="OriginState.MaxLookTimes"/>, the newest last.</summary>
    public ImmutableArray<TimeSpan> LookTimes { get; init; } = [];

    /// <summary>Rows of its list of streams: what a look at it costs.</summary>
    public int Streams { get; init; }

    /// <summary>Those of them that somebody publishes.</summary>
    public int ActiveStreams { get; init; }

    /// <summary>What it received lately, by its own count over 30 s.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Of its only thread, by its summaries or its heartbeat; 0 where neither has said.</summary>
    public double CpuPercent { get; init; }

    /// <summary>Keys of which it holds a ghost: some of them.</summary>
    public ImmutableArray<string> WedgedKeys { get; init; } = [];

    /// <summary>Keys that it published for nobody at the last look: some of them.</summary>
    public ImmutableArray<string> OrphanedKeys { get; init; } = [];

    /// <summary>Keys whose row in its list of streams names another client than their publisher: some of them.</summary>
    public ImmutableArray<string> MisnamedKeys { get; init; } = [];

    /// <summary>In which order its version asks and checks; null as long as nobody knows who it is.</summary>
    public CallOrder? CallOrder => Process is { } process ? CallOrder.Of(process.Version) : null;

    /// <summary>
    /// Whether what it held counts as gone where nothing else ends it: its API has not answered for 10 s, longer than the default
    /// hold and the time to confirm together (2.5 s + 5 s), and no hook has come for 15 s.
    /// </summary>
    public bool IsOutOfReach => Status == OriginStatus.Down;

    /// <summary>What is known before anybody has asked: nothing.</summary>
    public static OriginSnapshot Unknown(string name) => new(name, OriginStatus.Unknown, null, null);

    /// <summary>
    /// The newest epoch of the store in which this very server was looked at. Where the APIs of two origins answer as one process, one of
    /// their addresses is wrong: for the origin whose hooks have not named the process a look does not count.
    /// </summary>
    /// <param name="all">What is known of all origins; this one may be among them.</param>
    public long SweptEpochAmong(IEnumerable<OriginSnapshot> all) =>
        HeardFromHooks || Process is not { } own || ClaimantOf(own, Name, all) is null ? SweptEpoch : 0;

    /// <summary>Which other origin is known to be this process; null: none.</summary>
    /// <param name="process">The process that answers at the API of an origin.</param>
    /// <param name="origin">That origin.</param>
    /// <param name="all">What is known of all origins.</param>
    public static string? ClaimantOf(OriginProcess process, string origin, IEnumerable<OriginSnapshot> all) =>
        all.FirstOrDefault(other => other is { Misaddressed: null, Process: { } theirs } && other.Name != origin
            && (theirs.ServerId, theirs.ServiceId) == (process.ServerId, process.ServiceId))?.Name;

    /// <summary>
    /// Whether an answer of its API is another server's: that one was named, or its address is known to lead elsewhere. Such an answer
    /// says nothing of this server's clients.
    /// </summary>
    /// <param name="serverId">As the answer says; empty where it does not.</param>
    public bool IsAnotherServer(string serverId) => Misaddressed is not null || (Process is { } process && !process.IsServer(serverId));

    /// <summary>Where the process of a session stands.</summary>
    public ProcessStanding StandingOf(SessionId session) => this switch
    {
        _ when Superseded.Contains(session.ServiceId) => ProcessStanding.Superseded,
        { Misaddressed: null, Process: { } process } when process.ServiceId == session.ServiceId && process.IsServer(session.ServerId)
            => ProcessStanding.Current,
        _ => ProcessStanding.Unknown,
    };

    /// <summary>
    /// Where the process that a hook names stands. Also while the API's address is another server's: the hook's token names the server.
    /// </summary>
    /// <param name="serverId">As the hook says; empty where it does not.</param>
    /// <param name="serviceId">As the hook says; empty where it does not.</param>
    public HookStanding StandingOfHook(string serverId, string serviceId)
    {
        if (serviceId.Length > 0 && Superseded.Contains(serviceId))
        {
            return HookStanding.Superseded;
        }

        return Process switch
        {
            null => HookStanding.Unknown,
            { } process when !process.IsServer(serverId) => HookStanding.WrongServer,
            _ when serviceId.Length == 0 => HookStanding.Unnamed,
            { } process => process.ServiceId == serviceId ? HookStanding.Current : HookStanding.Unknown,
        };
    }

    /// <summary>
    /// The full name of a hook's client: what the hook leaves out is the process that runs there, as far as known. A name that is wrong
    /// names nobody.
    /// </summary>
    public SessionId NameOf(string serverId, string serviceId, string clientId) => new(
        serverId.Length > 0 ? serverId : Process?.ServerId ?? "",
        serviceId.Length > 0 ? serviceId : Process?.ServiceId ?? "",
        clientId);
}
