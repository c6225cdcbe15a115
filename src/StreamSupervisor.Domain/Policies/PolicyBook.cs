namespace StreamSupervisor.Domain.Policies;

/// <summary>What differs for the keys of a pattern. What is not set stays as in the default, not as in another rule.</summary>
/// <param name="Match">The keys that it is for.</param>
public sealed record PolicyRule(StreamPattern Match)
{
    public AdmissionMode? Mode { get; init; }
    public TakeoverPolicy? Takeover { get; init; }
    public IdentityRule? Identity { get; init; }
    public TimeSpan? Hold { get; init; }

    /// <summary>Only publishers connect to it, so that <c>on_connect</c> is itself proof of intent to publish.</summary>
    public bool? PublishOnly { get; init; }
}

/// <summary>
/// Which policy a key lives under: that of the first rule whose pattern matches, else the default. Immutable; a change of the settings
/// makes a new book, and each decision asks the book of its moment.
/// </summary>
public sealed class PolicyBook
{
    private readonly Page _default;
    private readonly Page[] _pages;

    /// <param name="policy">The policy of a key that no rule matches.</param>
    /// <param name="identity">What stands for the identity of an attempt that proved none.</param>
    /// <param name="rules">Overrides, in the order in which they are asked.</param>
    public PolicyBook(StreamPolicy policy, IdentityRule identity, IEnumerable<PolicyRule> rules)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(rules);
        _default = new Page(null, policy, identity, PublishOnly: false);
        _pages = [.. rules.Select(rule => new Page(
            rule.Match,
            policy with
            {
                Mode = rule.Mode ?? policy.Mode,
                Takeover = rule.Takeover ?? policy.Takeover,
                Hold = rule.Hold ?? policy.Hold,
            },
            rule.Identity ?? identity,
            rule.PublishOnly ?? false))];
    }

    /// <summary>Every key under <see cref="StreamPolicy.Default"/>.</summary>
    public static PolicyBook Default { get; } = new(StreamPolicy.Default, IdentityRule.Key, []);

    /// <summary>The policy of a key that no rule matches.</summary>
    public StreamPolicy Fallback => _default.Policy;

    public StreamPolicy PolicyFor(StreamKey key) => PageFor(key).Policy;

    public IdentityRule IdentityFor(StreamKey key) => PageFor(key).Identity;

    /// <summary>Whether every <c>on_connect</c> of the key is an intent to publish.</summary>
    public bool IsPublishOnly(StreamKey key) => PageFor(key).PublishOnly;

    /// <summary>The pattern of the rule that speaks for a key; null for the default.</summary>
    public StreamPattern? MatchFor(StreamKey key) => PageFor(key).Match;

    // Asked once or twice a decision, over a handful of rules, without allocating: a cache by key would cost more than it saves.
    private Page PageFor(StreamKey key)
    {
        foreach (var page in _pages)
        {
            if (page.Match!.Matches(key))
            {
                return page;
            }
        }

        return _default;
    }

    private sealed record Page(StreamPattern? Match, StreamPolicy Policy, IdentityRule Identity, bool PublishOnly);
}
