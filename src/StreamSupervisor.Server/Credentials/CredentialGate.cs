using System.Diagnostics.Metrics;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// Looks at the credential of an attempt: which rule applies, what it says, and whether the answer should wait because wrong ones pile up.
/// <para>
/// It decides nothing: whether an expired credential is good enough inside the reconnect window, and what a missing one means, is the
/// entity's business. It never throws for anything that an encoder sends, and it is quick: no call leaves the process. What it cannot do:
/// see a credential replayed by someone who copied the address. Give tokens a short life or bind them to an address for that.
/// </para>
/// </summary>
public sealed class CredentialGate
{
    private static readonly Counter<long> s_checked =
        Telemetry.Meter.CreateCounter<long>("streamsupervisor.credentials.checked", "{attempt}",
        "Credentials by scheme and verdict; not-looked-at: too many guesses came before.");

    private readonly IReadOnlyList<Rule> _rules;
    private readonly RegistrationCredential _registrations;
    private readonly TimeSpan _skew;
    private readonly TimeSpan _delay;
    private readonly (int Limit, TimeSpan Window, int Tracked) _limits;

    /// <exception cref="FormatException">A rule's pattern is none. Validate the options first.</exception>
    /// <exception cref="ArgumentException">A rule lacks its secret. Validate the options first.</exception>
    /// <param name="before">The gate that this one takes the place of: its guesses stay counted while the limits are the same.</param>
    public CredentialGate(CredentialOptions options, RegistrationCredential registrations, ILogger<CredentialGate>? logger = null,
        CredentialGate? before = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _rules = [.. options.Rules.Select(rule => new Rule(StreamPattern.Parse(rule.Match), rule.Scheme, rule.Separator,
            CheckOf(rule, logger)))];
        _registrations = registrations;
        _skew = options.ClockSkew;
        _limits = (options.WrongLimit, options.WrongWindow, options.WrongTracked);
        Wrong = before is not null && before._limits == _limits
            ? before.Wrong
            : new(options.WrongLimit, options.WrongWindow, options.WrongTracked);
        _delay = options.WrongDelay;
    }

    /// <summary>The wrong ones that are remembered, by address and key.</summary>
    public GuessBuckets<(string Address, StreamKey Key)> Wrong { get; }

    /// <summary>Looks at the credential of an attempt.</summary>
    /// <param name="key">The key as SRS named it.</param>
    /// <param name="param">The query as SRS hands it on.</param>
    /// <param name="address">The encoder's address as SRS saw it; empty where unknown.</param>
    /// <param name="now">Now.</param>
    public CredentialResult Check(StreamKey key, string? param, string address, DateTimeOffset now)
    {
        var parameters = CredentialParameters.Parse(param);
        var registered = _registrations.Read(new CredentialQuestion(key, "", parameters, address, now, _skew));
        var (rule, effective, secret) = RuleOf(key);
        var caller = (GuessBuckets.NetworkOf(address), effective);
        var refused = rule?.Check is null ? null : Wrong.FullAgainIn(caller, now);

        // Nobody guesses what a registration handed out: it is looked at all the same, and stands for the rule's credential that is not.
        var verification = refused is not null ? Verification.Missing
            : rule?.Check?.Verify(new CredentialQuestion(effective, secret, parameters, address, now, _skew))
                ?? new Verification(CredentialVerdict.NotRequired);

        // What a registration handed out carries the key's name alone; a hyphen of it is no secret.
        if (rule?.Scheme == CredentialScheme.StreamName && registered.Mark is not null && verification.Verdict == CredentialVerdict.Wrong)
        {
            (verification, effective) = (Verification.Missing, key);
        }

        if (registered.Undecided && verification.Verdict is not (CredentialVerdict.Valid or CredentialVerdict.Wrong))
        {
            return new CredentialResult(verification.Verdict, null, effective, TimeSpan.Zero, Undecided: true);
        }

        if (SpeaksFor(registered, verification))
        {
            Count("registration", registered.Verdict);
            return new CredentialResult(registered.Verdict, registered.Subject, key, TimeSpan.Zero, new RegistrationClaim(
                registered.Mark!, verification.Verdict, verification.Subject ?? "", verification.Subject is not null));
        }

        if (refused is not null)
        {
            Count(SchemeName(rule!.Scheme), CredentialVerdict.Unknown);
            return new CredentialResult(CredentialVerdict.Unknown, null, effective, _delay, Refused: refused);
        }

        Count(SchemeName(rule?.Scheme ?? CredentialScheme.None), verification.Verdict);
        if (verification.Verdict == CredentialVerdict.Wrong)
        {
            Wrong.Count(caller, now);
        }

        return new CredentialResult(verification.Verdict, verification.Subject, effective, TimeSpan.Zero);
    }

    /// <summary>
    /// Whether the registration speaks for the attempt. It stands for a credential of the rule that is not there, never for one that is
    /// wrong. An expired one says who an encoder was that comes back with the address it was once handed; the stream knows whether the
    /// reconnect window is open.
    /// </summary>
    private static bool SpeaksFor(in RegistrationReading registered, in Verification rule) => registered.Verdict switch
    {
        CredentialVerdict.Valid => rule.Verdict != CredentialVerdict.Wrong,
        CredentialVerdict.Expired => rule.Verdict == CredentialVerdict.Missing,
        _ => false,
    };

    /// <summary>
    /// The key that a stream of SRS stands for: without the secret where that is part of the stream name. For streams that are found in
    /// SRS's lists instead of being asked for.
    /// </summary>
    public StreamKey EffectiveKeyOf(StreamKey key) => RuleOf(key).Effective;

    private (Rule? Rule, StreamKey Effective, string Secret) RuleOf(StreamKey key)
    {
        foreach (var rule in _rules)
        {
            var (effective, secret) = rule.Scheme == CredentialScheme.StreamName ? Split(key, rule.Separator) : (key, "");
            if (rule.Pattern.Matches(effective))
            {
                return (rule, effective, secret);
            }
        }

        return (null, key, "");
    }

    // At the last separator, so that the stream's own name may contain it.
    private static (StreamKey Key, string Secret) Split(StreamKey key, string separator)
    {
        var at = key.Stream.LastIndexOf(separator, StringComparison.Ordinal);
        return at <= 0 ? (key, "") : (key with { Stream = key.Stream[..at] }, key.Stream[(at + separator.Length)..]);
    }

    private static ICredentialCheck? CheckOf(CredentialRuleOptions rule, ILogger? logger)
    {
        SharedSecrets Secrets() => new(rule.Primary, rule.Secondary);
        return rule.Scheme switch
        {
            CredentialScheme.None => null,
            CredentialScheme.Secret => new StaticSecret(Secrets(), rule.Parameter ?? StaticSecret.DefaultParameter),
            CredentialScheme.StreamName => new StreamNameSecret(Secrets()),
            CredentialScheme.Token => new SignedTokenCheck(Secrets(), rule.Parameter
                ?? SignedTokenCheck.DefaultParameter, SignedToken.PublishPurpose),
            CredentialScheme.Jwt => new JwtCheck(rule, rule.JwksFile is { } path ? new JwksFile(path, logger) : null),
            CredentialScheme.Tencent => new TencentSignature(Secrets(), rule.Validity ?? TimeSpan.Zero),
            CredentialScheme.Aliyun => new AliyunSignature(Secrets(), rule.Validity ?? AliyunSignature.DefaultValidity),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Scheme, "unknown scheme"),
        };
    }

    private static string SchemeName(CredentialScheme scheme) => scheme switch
    {
        CredentialScheme.None => "none",
        CredentialScheme.Secret => "secret",
        CredentialScheme.StreamName => "stream-name",
        CredentialScheme.Token => "token",
        CredentialScheme.Jwt => "jwt",
        CredentialScheme.Tencent => "tencent",
        CredentialScheme.Aliyun => "aliyun",
        _ => "unknown",
    };

    private static void Count(string scheme, CredentialVerdict verdict) =>
        s_checked.Add(1, new KeyValuePair<string, object?>("scheme", scheme), new KeyValuePair<string, object?>("verdict", verdict switch
        {
            CredentialVerdict.NotRequired => "not-required",
            CredentialVerdict.Valid => "valid",
            CredentialVerdict.Expired => "expired",
            CredentialVerdict.Missing => "missing",
            CredentialVerdict.Wrong => "wrong",
            _ => "not-looked-at",
        }));

    private sealed record Rule(StreamPattern Pattern, CredentialScheme Scheme, string Separator, ICredentialCheck? Check);
}
