namespace StreamSupervisor.Domain.Policies;

/// <summary>Who may take a key over from a live session.</summary>
public enum TakeoverPolicy
{
    /// <summary>The newest attempt: the default.</summary>
    NewestWins,

    /// <summary>The same identity; others only when the incumbent is silent or gone.</summary>
    SameIdentity,

    /// <summary>Nobody: only a silent or gone incumbent is replaced.</summary>
    FirstWins,
}

/// <summary>Whether decisions are carried out.</summary>
public enum AdmissionMode
{
    /// <summary>Decide and act.</summary>
    Enforce,

    /// <summary>Decide and record; answer yes to everything and kick nobody.</summary>
    Observe,
}

/// <summary>
/// Everything that the decisions of one key depend on besides its state. Times are durations; defaults as documented in the settings.
/// </summary>
public sealed record StreamPolicy
{
    public static readonly StreamPolicy Default = new();

    public AdmissionMode Mode { get; init; } = AdmissionMode.Enforce;
    public TakeoverPolicy Takeover { get; init; } = TakeoverPolicy.NewestWins;

    /// <summary>How long an attempt is held at most while the old session is removed; at most 8 s.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Within this an admitted session must show up as the active publisher.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>A return within this after a loss is the same broadcast.</summary>
    public TimeSpan ReconnectWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Takeovers of a live session are counted over this time.</summary>
    public TimeSpan FightWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>So many alternations between two sources in the window are a fight.</summary>
    public int FightAlternations { get; init; } = 3;

    /// <summary>The first cool-down of a fight; doubles with each further one.</summary>
    public TimeSpan FightCoolDown { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest cool-down.</summary>
    public TimeSpan FightCoolDownMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>So many publishes in the fight window are reported as flapping.</summary>
    public int FlappingPublishes { get; init; } = 5;
}
