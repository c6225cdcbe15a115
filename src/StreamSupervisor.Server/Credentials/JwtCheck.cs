using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// <c>?jwt=…</c>. Which algorithm is accepted follows from the rule, never from the token: HS256 with secrets, RS256 with a file of public
/// keys. A token must expire. The library checks the signature, issuer and audience; the times are ours, because it asks the machine's
/// clock.
/// </summary>
internal sealed class JwtCheck : ICredentialCheck
{
    public const string DefaultParameter = "jwt";
    private const int MaxSubject = 128;

    private readonly JsonWebTokenHandler _handler =
        new() { MapInboundClaims = false, MaximumTokenSizeInBytes = CredentialParameters.MaxLength };
    private readonly CredentialRuleOptions _rule;
    private readonly string _parameter;
    private readonly JwksFile? _file;
    private readonly IReadOnlyList<SecurityKey> _secrets;

    public JwtCheck(CredentialRuleOptions rule, JwksFile? file)
    {
        _rule = rule;
        _parameter = rule.Parameter ?? DefaultParameter;
        _file = file;
        _secrets = file is null ? [.. new SharedSecrets(rule.Primary, rule.Secondary).All.Select(s => new SymmetricSecurityKey(s))] : [];
    }

    public Verification Verify(in CredentialQuestion question)
    {
        if (question.Parameters[_parameter] is not { } text)
        {
            return Verification.Missing;
        }

        var validation = new TokenValidationParameters
        {
            ValidAlgorithms = [_file is null ? SecurityAlgorithms.HmacSha256 : SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = _file?.KeysAt(question.Now) ?? _secrets,
            TryAllIssuerSigningKeys = true,
            ValidateIssuer = _rule.Issuer is not null,
            ValidIssuer = _rule.Issuer,
            ValidateAudience = _rule.Audience is not null,
            ValidAudience = _rule.Audience,
            ValidateLifetime = false,
        };

        // All keys are at hand, so the task is complete when it is returned.
        var result = _handler.ValidateTokenAsync(text, validation).GetAwaiter().GetResult();
        return result.IsValid && result.SecurityToken is JsonWebToken token ? VerifyClaims(token, question) : Verification.Wrong;
    }

    private Verification VerifyClaims(JsonWebToken token, in CredentialQuestion question)
    {
        // RFC 7515, 4.1.11: crit names parts that a reader must understand. We understand none.
        if (token.TryGetHeaderValue<object>("crit", out _)
            || token.ValidTo == DateTime.MinValue
            || (token.ValidFrom != DateTime.MinValue && new DateTimeOffset(token.ValidFrom, TimeSpan.Zero) - question.Skew > question.Now)
            || !IsForKey(token, question.Key))
        {
            return Verification.Wrong;
        }

        var subject = token.TryGetPayloadValue<string>(_rule.SubjectClaim, out var claim) && claim is { Length: > 0 and <= MaxSubject }
            ? claim
            : null;
        return Verification.RightUntil(new DateTimeOffset(token.ValidTo, TimeSpan.Zero), question, subject);
    }

    private bool IsForKey(JsonWebToken token, StreamKey key) =>
        _rule.KeyClaim.Length == 0
        || (token.TryGetPayloadValue<string>(_rule.KeyClaim, out var claim) && StreamPattern.TryParse(claim, out var pattern, out _)
            && pattern.Matches(key));
}

/// <summary>
/// The RSA keys of a JWKS file, read again when the file has changed; a file that cannot be read leaves the last keys in force.
/// </summary>
internal sealed class JwksFile(string path, ILogger? logger)
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(10);

    private readonly System.Threading.Lock _lock = new();
    private IReadOnlyList<SecurityKey> _keys = [];
    private DateTime _written;
    private DateTimeOffset _lookAgainAt;

    public IReadOnlyList<SecurityKey> KeysAt(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (now < _lookAgainAt)
            {
                return _keys;
            }

            _lookAgainAt = now + s_lookEvery;
            try
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (written != _written)
                {
                    _keys = Read(File.ReadAllText(path));
                    _written = written;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicProblem)
            {
                logger?.LogWarning("Cannot read the keys in {Path} ({Why}): the {Count} keys read before stay in force.", path, e.Message,
                    _keys.Count);
            }

            return _keys;
        }
    }

    private static IReadOnlyList<SecurityKey> Read(string json)
    {
        var keys = new JsonWebKeySet(json).GetSigningKeys().Where(k => k is RsaSecurityKey or JsonWebKey { Kty: "RSA" } or X509SecurityKey)
            .ToList();
        return keys.Count > 0 ? keys : throw new CryptographicProblem("no RSA key for signatures in it");
    }

    private sealed class CryptographicProblem(string message) : Exception(message);
}
