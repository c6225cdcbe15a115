using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Credentials;

/// <summary><c>credentials</c>: which publishers must prove who they are, and how. Without rules nobody must.</summary>
public sealed class CredentialOptions
{
    /// <summary>The first rule whose pattern matches a key speaks; no match is <see cref="CredentialScheme.None"/>.</summary>
    public List<CredentialRuleOptions> Rules { get; init; } = [];

    /// <summary>How far the clocks of those who sign may be off, in both directions.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// So many wrong credentials of one address for one key within <see cref="WrongWindow"/> are looked at; then none is until the oldest
    /// is a window old.
    /// </summary>
    public int WrongLimit { get; init; } = 5;
    public TimeSpan WrongWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a refusal unlooked is held back. Keep it well under the 30 s after which SRS drops the client.</summary>
    public TimeSpan WrongDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many pairs of address and key are remembered for that; under a flood the oldest are forgotten.</summary>
    public int WrongTracked { get; init; } = 20_000;

    /// <summary>The credential that a registration puts into the address that it hands out.</summary>
    public RegistrationCredentialOptions Registration { get; init; } = new();
}

/// <summary>
/// <c>credentials.registration</c>. The keys sign what registrations hand out; left empty it is a random one that the first member made and
/// the store keeps for all.
/// </summary>
public sealed class RegistrationCredentialOptions
{
    [Secret]
    public string Primary { get; init; } = "";
    [Secret]
    public string Secondary { get; init; } = "";

    /// <summary>How long a handed-out address can be used to start publishing.</summary>
    public TimeSpan Validity { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>How a publisher proves that it may publish.</summary>
public enum CredentialScheme
{
    /// <summary>It need not.</summary>
    None,

    /// <summary>A word of the query: <c>?secret=…</c>.</summary>
    Secret,

    /// <summary>A word at the end of the stream name: <c>cam1-…</c>; the key without it is the key.</summary>
    StreamName,

    /// <summary>Our own signed token: <c>?token=v1.…</c>, made by <c>streamsupervisor tokens sign</c> or by your back end.</summary>
    Token,

    /// <summary>A JSON web token, HS256 or RS256: <c>?jwt=…</c>.</summary>
    Jwt,

    /// <summary>Tencent Cloud's <c>?txSecret=…&amp;txTime=…</c>.</summary>
    Tencent,

    /// <summary>Alibaba Cloud's <c>?auth_key=time-rand-uid-hash</c>, type A.</summary>
    Aliyun,
}

/// <summary>An entry of <c>credentials.rules</c>: <c>{ match = "live/*", scheme = secret, primary = ${STREAM_SECRET} }</c>.</summary>
public sealed class CredentialRuleOptions
{
    /// <summary>
    /// <c>vhost/app/stream</c> or <c>app/stream</c> (any vhost); <c>*</c> matches within a part, at the end also all that follows.
    /// </summary>
    public string Match { get; init; } = "";
    public CredentialScheme Scheme { get; init; }

    /// <summary>The secret. Not used by <c>jwt</c> with a <see cref="JwksFile"/>.</summary>
    [Secret]
    public string? Primary { get; init; }

    /// <summary>Accepted as well, so that the primary one can be changed without an encoder noticing.</summary>
    [Secret]
    public string? Secondary { get; init; }

    /// <summary>Name of the query parameter; the default depends on the scheme (<c>secret</c>, <c>token</c>, <c>jwt</c>).</summary>
    public string? Parameter { get; init; }

    /// <summary><c>stream-name</c>: what stands between the stream and its secret.</summary>
    public string Separator { get; init; } = "-";

    /// <summary>
    /// <c>tencent</c>, <c>aliyun</c>: added to the signed time, as the validity period in those vendors' consoles is. Unset: 0 for Tencent,
    /// 30 minutes for Aliyun, as they have it.
    /// </summary>
    public TimeSpan? Validity { get; init; }

    /// <summary>
    /// <c>jwt</c>: RS256 by the RSA keys in this file; read again when it changes. Unset: HS256 by the secrets, 32 bytes or more.
    /// </summary>
    public string? JwksFile { get; init; }

    /// <summary><c>jwt</c>: the issuer that must have signed it; unset: any.</summary>
    public string? Issuer { get; init; }

    /// <summary><c>jwt</c>: the audience that it must be for; unset: any.</summary>
    public string? Audience { get; init; }

    /// <summary><c>jwt</c>: the claim that says who it is.</summary>
    public string SubjectClaim { get; init; } = "sub";

    /// <summary><c>jwt</c>: the claim with the pattern of the keys that it is good for. Empty: good for every key of the rule.</summary>
    public string KeyClaim { get; init; } = "key";
}
