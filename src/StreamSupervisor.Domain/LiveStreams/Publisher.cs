using System.Text.Json.Serialization;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>Who stands behind an attempt or a session, as stored with every event that names one.</summary>
/// <param name="Session">The attempt's name.</param>
/// <param name="Origin">The configured name of the SRS node, as people know it (<c>srs-1</c>).</param>
/// <param name="Address">The encoder's source address as SRS saw it; empty where unknown.</param>
/// <param name="Identity">
/// Who it is for the takeover rules: the credential's subject or the registered encoder where one is proven; else <c>key</c>
/// (everyone who knows the key is the same person) or the source address, as <see cref="IdentityRule"/> says.
/// </param>
/// <param name="Proven">Whether the identity rests on a credential or a registration instead of the rule.</param>
/// <param name="RelayOf">The configured origin from whose address it comes, other than its own; null (and then not stored): from
/// none.</param>
public sealed record Publisher(SessionId Session, string Origin, string Address, string Identity, bool Proven = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RelayOf = null);

/// <summary>What became of the credential of an attempt. Zero never means yes.</summary>
public enum CredentialVerdict
{
    /// <summary>Nobody looked; treated as wrong.</summary>
    Unknown,

    /// <summary>No credential is asked for this key.</summary>
    NotRequired,

    /// <summary>Present and right.</summary>
    Valid,

    /// <summary>Right but for its expiry. Accepted for the same identity inside the reconnect window.</summary>
    Expired,

    /// <summary>Asked for and not there.</summary>
    Missing,

    /// <summary>There and wrong.</summary>
    Wrong,
}

/// <summary>Where SRS (or the encoder) stands when it asks.</summary>
public enum AskedIn
{
    /// <summary>The <c>on_publish</c> hook.</summary>
    OnPublish,

    /// <summary>The <c>on_connect</c> hook, with proof of intent to publish.</summary>
    OnConnect,
}

/// <summary>
/// How long an attempt may be held, as its node's version allows (see <c>CallOrder</c>).
/// </summary>
/// <param name="SameNode">While a session on the attempt's own node is removed: the node's source is live and nothing is orphaned.</param>
/// <param name="OtherNode">
/// While sessions on other nodes are removed and the attempt is its node's first publish of the key: from SRS 6.0.129 to 7.0.150 an
/// <c>on_publish</c> held d seconds orphans the stream with probability d/3, so this is short there.
/// </param>
public readonly record struct HoldLimits(TimeSpan SameNode, TimeSpan OtherNode);
