namespace StreamSupervisor.Server.Configuration;

/// <summary><c>registrations</c>: encoders that announce themselves before they publish.</summary>
public sealed class RegistrationOptions
{
    /// <summary>How long a key is kept for an encoder that has announced itself; renewed while it waits.</summary>
    public TimeSpan Reserve { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer is held back while the old session is removed, so that most encoders need not ask twice.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Tries in a row that make sense before a longer pause: what <c>attemptsLeft</c> counts down from.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The longest <c>wait</c> of a long poll.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Long polls and event streams that one member serves at once.</summary>
    public int MaxWatchers { get; init; } = 2000;
}
