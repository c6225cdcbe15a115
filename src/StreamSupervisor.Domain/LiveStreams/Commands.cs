using System.Text.Json.Serialization;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>What an entity of a stream key can be told or asked. Every hook, look, timer and operator ends as one of these.</summary>
public abstract record LiveStreamCommand
{
    /// <summary>
    /// Whether the origin of the key's session is down or not configured, as far as the member knows that owns the key. Set by it on what
    /// asks for the key, and never sent.
    /// </summary>
    [JsonIgnore]
    public bool SessionOutOfReach { get; init; }

    /// <summary>What that member knows of the journal. Set by it, and never sent.</summary>
    [JsonIgnore]
    public StoreStanding Store { get; init; }
}

/// <summary>An encoder asks to publish. Answered with a <see cref="PublishReply"/>, at once or after a handover.</summary>
/// <param name="By">The attempt.</param>
/// <param name="In">The hook that asks.</param>
/// <param name="Credential">What became of its credential.</param>
/// <param name="Hold">How long it may wait; already capped by the node's version.</param>
/// <param name="ProcessConfirmed">Whether the node itself said that the process of the attempt runs there. Else it is what the member
/// remembers that took the hook, and a hook may have been long on its way.</param>
/// <param name="RelayOf">The configured origin from whose address the attempt comes, other than its own; null: from none. It may be that
/// server's copy of the stream.</param>
/// <param name="RelayConfigured">Whether the attempt's own origin names that one in its <c>relays-from</c>: then it is a copy, and never
/// an encoder.</param>
/// <param name="Registered">The registration that identity and verdict rest on; null: on none.</param>
/// <param name="Settles">The doubt that the node was asked about after the key had told of it (<see cref="ProcessInDoubt.Of"/>); null
/// (and then not sent): none. Only this orders the two: what the node said before the doubt may be older than what the key
/// knows.</param>
public sealed record RequestPublish(Publisher By, AskedIn In, CredentialVerdict Credential, HoldLimits Hold, bool ProcessConfirmed = false,
    string? RelayOf = null, bool RelayConfigured = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RegistrationClaim? Registered = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Settles = null) : LiveStreamCommand
{
    /// <summary>
    /// Whether the member that owns the key knows that another process has followed the attempt's. Set by it, and never sent.
    /// </summary>
    [JsonIgnore]
    public bool ProcessSuperseded { get; init; }
}

/// <summary>SRS's <c>on_unpublish</c> of a session.</summary>
public sealed record ReportUnpublished(SessionId Session) : LiveStreamCommand;

/// <summary>SRS's <c>on_close</c> of a client that had asked to publish this key: proof that it is gone.</summary>
public sealed record ReportClosed(SessionId Session) : LiveStreamCommand;

/// <summary>
/// A client connected for this key and was closed without publishing or playing: on nodes with the publish token (7.0.62 and later) the
/// trace of a publisher that SRS refused as busy before it asked us. A viewer that resets its connection leaves the same trace.
/// </summary>
/// <param name="By">The client.</param>
/// <param name="IncumbentSilent">Whether the bytes of the publisher that the origin has stand still.</param>
/// <param name="InTheWay">
/// Which publisher the origin was known to have when the client connected; null: nobody says. The trace may be told late, and says nothing
/// of a session that began since.
/// </param>
public sealed record ReportRefusedUnseen(Publisher By, bool IncumbentSilent = false, SessionId? InTheWay = null) : LiveStreamCommand;

/// <summary>One active publisher of the key as a look at a node found it.</summary>
/// <param name="By">Who publishes, as SRS says.</param>
/// <param name="ReceivedBytes">SRS's <c>recv_bytes</c>, sampled by it every 3 s.</param>
/// <param name="LookedAt">When the look began, by the clock of the member that looked. Read by members of earlier versions only.</param>
/// <param name="Verified">Whether <c>/clients</c> confirmed it; <c>/streams</c> alone can lie.</param>
/// <param name="RelayOf">As in <see cref="RequestPublish"/>.</param>
/// <param name="RelayConfigured">As in <see cref="RequestPublish"/>.</param>
/// <param name="Asked">Whether it answers a <see cref="CheckSession"/>, so that it was looked for after that was ordered.</param>
/// <param name="Known">What was known of the key when the look began: what changed since then outranks it.</param>
public sealed record ReportPublisherSeen(Publisher By, long ReceivedBytes, DateTimeOffset LookedAt, bool Verified,
    string? RelayOf = null, bool RelayConfigured = false, bool Asked = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] KnownAtLook Known = default) : LiveStreamCommand
{
    /// <summary>
    /// Whether this client waits for the answer to its hook, held back with all others. SRS lists it as a publisher, and it is not on air.
    /// Set by the member that owns the key, and never sent.
    /// </summary>
    [JsonIgnore]
    public bool WaitsInHook { get; init; }
}

/// <summary>A look at the node of a session did not find it.</summary>
/// <param name="Session">The session that is believed.</param>
/// <param name="LookedAt">As in <see cref="ReportPublisherSeen"/>.</param>
/// <param name="Verified">Whether SRS answered 2049 for the client itself. Nothing less counts: <c>/streams</c> can lie.</param>
/// <param name="Asked">As in <see cref="ReportPublisherSeen"/>.</param>
/// <param name="Known">As in <see cref="ReportPublisherSeen"/>.</param>
public sealed record ReportPublisherMissing(SessionId Session, DateTimeOffset LookedAt, bool Verified, bool Asked = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] KnownAtLook Known = default) : LiveStreamCommand;

/// <summary>The bytes of a session stood still after media had flowed.</summary>
/// <param name="Session">The session.</param>
/// <param name="Since">Since when, by the clock of the member that watched; told to people.</param>
/// <param name="Generation">
/// The generation of the session that was watched. One connection can publish twice under one id, so this says whose silence it was.
/// </param>
public sealed record ReportSilent(SessionId Session, DateTimeOffset Since, long Generation) : LiveStreamCommand;

/// <summary>
/// SRS publishes a session for nobody: over several looks its stream had players, received and sent nothing. Told only where such a
/// session is to be evicted.
/// </summary>
/// <param name="Session">The publisher that the row names. Of an orphan it can be another client; then nothing follows.</param>
public sealed record ReportOrphaned(SessionId Session) : LiveStreamCommand;

/// <summary>A node runs in a new process: every session of an earlier one has ended.</summary>
/// <param name="ServiceId">The process that ran there when this was told.</param>
/// <param name="Over">
/// The process that it followed: only what lived in that one has ended. A report may be sent again until it is heard, and the node may
/// have been started anew since: without this it would end the sessions of the newest process. Null (and then not sent, as by members of
/// earlier versions): every other process.
/// </param>
public sealed record ReportProcessReplaced(string ServerId, string ServiceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Over = null) : LiveStreamCommand;

/// <summary>Whoever removes a session has proof that it is gone.</summary>
public sealed record ReportEvicted(SessionId Session, ReleaseProof Proof) : LiveStreamCommand;

/// <summary>Whoever removes a session can't get on: its origin does not answer, or forbids it. It goes on trying.</summary>
/// <param name="Forbidden">Whether the API forbids DELETE.</param>
public sealed record ReportEvictionStalled(SessionId Session, string Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Forbidden = false) : LiveStreamCommand;

/// <summary>A search of an origin's clients is over.</summary>
/// <param name="Origin">The origin, by its configured name.</param>
/// <param name="ServerId">Its server id, as it answered.</param>
/// <param name="ServiceId">The process that answered; empty when the origin could not be reached or is not configured.</param>
/// <param name="Found">How many publishers of the key it listed.</param>
/// <param name="LookedAt">As in <see cref="ReportPublisherSeen"/>.</param>
public sealed record ReportSearched(string Origin, string ServerId, string ServiceId, int Found, DateTimeOffset LookedAt)
    : LiveStreamCommand;

/// <summary>
/// An origin is not configured (any more), so that nothing there can be asked or removed: what is ordered there is dropped, and what is
/// believed there and could not be confirmed has ended. Told by whoever finds work that names it.
/// </summary>
/// <param name="Origin">Its name.</param>
public sealed record ReportOriginUnknown(string Origin) : LiveStreamCommand;

/// <summary>An encoder announces that it is about to publish and reserves the key.</summary>
/// <param name="EncoderId">The encoder; its identity for the takeover rules.</param>
/// <param name="ReserveFor">How long the key is kept for it.</param>
public sealed record Reserve(string EncoderId, TimeSpan ReserveFor) : LiveStreamCommand;

/// <summary>
/// A reservation is given up; with <paramref name="EndOfBroadcast"/> the broadcast is over and no reconnect window follows.
/// </summary>
/// <param name="EncoderId">The encoder that gives it up.</param>
/// <param name="EndOfBroadcast">Whether its broadcast is over.</param>
/// <param name="RegistrationId">
/// The registration that it speaks for: where the key has a newer one, of the same encoder too, nothing happens. Null (and then not sent):
/// whichever there is.
/// </param>
public sealed record CancelReservation(string EncoderId, [property: JsonPropertyName("goodbye")] bool EndOfBroadcast,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RegistrationId = null) : LiveStreamCommand;

/// <summary>A deadline of the entity has come. Carries nothing: the state knows which.</summary>
public sealed record Wake : LiveStreamCommand
{
    public static readonly Wake Instance = new();
}

/// <summary>An operator's order, with who gave it and why; both stand in the journal.</summary>
public abstract record OperatorCommand(string By, string Why) : LiveStreamCommand
{
    /// <summary>
    /// The generation that the key had when the operator looked: with another the order is meant for somebody else, nothing happens and the
    /// answer is <see cref="GenerationMoved"/>. Null (and then not sent): whatever it is.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? IfGeneration { get; init; }
}

/// <summary>Remove the session that owns the key.</summary>
public sealed record Kick(string By, string Why) : OperatorCommand(By, Why);

/// <summary>Remove whatever SRS holds for the key, on every origin; forget its wedges, and removals that do not get on.</summary>
public sealed record Release(string By, string Why) : OperatorCommand(By, Why)
{
    /// <summary>The origins to search, by their configured names: all that there are.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];
}

/// <summary>Nobody may start to publish. The session that owns the key stays.</summary>
public sealed record Lock(string By, string Why) : OperatorCommand(By, Why)
{
    /// <summary>How long, above 0; then the lock ends by itself. Null (and then not sent): until it is unlocked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? For { get; init; }
}

/// <summary>Ends a lock and a pin.</summary>
public sealed record Unlock(string By, string Why) : OperatorCommand(By, Why);

/// <summary>Only this identity may publish.</summary>
public sealed record Pin(string Identity, string By, string Why) : OperatorCommand(By, Why);

/// <summary>
/// An order that was carried out elsewhere (a member was sent away) is written down here, so that all that was ordered stands in one
/// journal. Changes nothing.
/// </summary>
/// <param name="Action">What was ordered, in a word.</param>
public sealed record RecordOrder(string Action, string By, string Why) : OperatorCommand(By, Why);

/// <summary>Answers <see cref="StateReply"/> and changes nothing.</summary>
public sealed record GetState : LiveStreamCommand
{
    public static readonly GetState Instance = new();
}
