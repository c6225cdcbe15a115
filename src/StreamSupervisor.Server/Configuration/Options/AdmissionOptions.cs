using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Server.Configuration;

/// <summary><c>admission</c>; <c>rules</c> override it for the keys that match their pattern, the first that matches wins.</summary>
public sealed class AdmissionOptions
{
    public AdmissionMode Mode { get; init; } = AdmissionMode.Enforce;
    public TakeoverPolicy Takeover { get; init; } = TakeoverPolicy.NewestWins;
    public IdentityRule Identity { get; init; } = IdentityRule.Key;

    /// <summary>At most 8 s: SRS drops a client whose hook is not answered, and an encoder gives up.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(2.5);
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(8);
    public TimeSpan ReconnectWindow { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan FightWindow { get; init; } = TimeSpan.FromSeconds(60);
    public int FightAlternations { get; init; } = 3;
    public TimeSpan FightCoolDown { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan FightCoolDownMax { get; init; } = TimeSpan.FromMinutes(10);
    public int FlappingPublishes { get; init; } = 5;
    public List<AdmissionRuleOptions> Rules { get; init; } = [];
}

/// <summary>
/// An entry of <c>admission.rules</c>: <c>{ match = "*/live/*", takeover = first-wins }</c>. Unset values fall back to <c>admission</c>.
/// </summary>
public sealed class AdmissionRuleOptions
{
    /// <summary>
    /// <c>vhost/app/stream</c> or <c>app/stream</c> (any vhost); <c>*</c> matches within a part, at the end also all that follows.
    /// </summary>
    public string Match { get; init; } = "";
    public AdmissionMode? Mode { get; init; }
    public TakeoverPolicy? Takeover { get; init; }
    public IdentityRule? Identity { get; init; }
    public TimeSpan? Hold { get; init; }

    /// <summary>The app is for publishers only: every <c>on_connect</c> of it is an intent to publish.</summary>
    public bool? PublishOnly { get; init; }
}
