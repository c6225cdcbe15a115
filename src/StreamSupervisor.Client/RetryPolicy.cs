namespace StreamSupervisor.Client;

/// <summary>
/// When to try again. Tries come in bursts: quick ones first, because most losses are over in a second, then a rest, because what three
/// quick tries did not mend is not mended by a thirtieth. A publish that lasted for <see cref="StableAfter"/> ends a burst.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>The default policy.</summary>
    public static readonly RetryPolicy Default = new();

    /// <summary>The pause before the second try. Default 0.5 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>By how much each further pause is longer. Default 1.5.</summary>
    public double Factor { get; init; } = 1.5;

    /// <summary>
    /// By how much a pause is stretched or shortened at random, so that a fleet does not return in step. Default 0.1 (±10 %).
    /// </summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>The longest pause within a burst. Default 10 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries in a burst. Default 3.</summary>
    public int AttemptsPerBurst { get; init; } = 3;

    /// <summary>The pause between bursts. Default 30 s.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After so many bursts in a row without getting on air the session gives up; null for never, which is the default.</summary>
    public int? MaxBursts { get; init; }

    /// <summary>
    /// A publish that lasted this long counts as having been on air. Default 10 s. Not less: a registration that says the same sooner is
    /// taken for a late copy of its message.
    /// </summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a failed try.</summary>
    /// <param name="failures">How many tries in a row have failed, this one included; from 1.</param>
    /// <param name="random">The source of the jitter.</param>
    /// <param name="restNow">Whether the supervisor has said that no further try makes sense before a longer pause. It counts the tries of
    /// all the runs of an encoder, so one that is started anew for each try rests too.</param>
    /// <returns>The pause; null when it is time to give up.</returns>
    public RetryPause? DelayAfter(int failures, Random random, bool restNow = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var endsBurst = failures % AttemptsPerBurst == 0;
        if (endsBurst && failures / AttemptsPerBurst >= MaxBursts)
        {
            return null;
        }

        var rest = endsBurst || restNow;

        // Capped in the exponent too: 1.5^2000 is no number of seconds.
        var step = Math.Min((failures - 1) % AttemptsPerBurst, 64);
        var delay = rest ? Rest : Min(FirstDelay * Math.Pow(Factor, step), MaxDelay);
        return new RetryPause(delay * (1 + (Jitter * ((random.NextDouble() * 2) - 1))), rest);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

/// <summary>A pause between two tries.</summary>
/// <param name="Delay">How long.</param>
/// <param name="IsRest">Whether it is the long one after a burst.</param>
public readonly record struct RetryPause(TimeSpan Delay, bool IsRest);
