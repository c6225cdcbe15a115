namespace StreamSupervisor.Server.Webhooks;

/// <summary>How a receiver is treated. The defaults are the program's; tests have others.</summary>
internal sealed record WebhookPace
{
    /// <summary>For one message. Receivers should answer first and work then; 10 s is what most senders give them.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Messages under way to one receiver at once, each of another key.</summary>
    public int InFlight { get; init; } = 8;

    /// <summary>Between two looks at the store while there is nothing to send.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After the first failure; it doubles with each that follows.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The pause that is the last: the failure after it parks. With the defaults 2.1 h after the first.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long to wait after so many failures in a row; null: wait no more, park.</summary>
    /// <param name="failures">From 1.</param>
    /// <param name="chance">From 0 to 1: many receivers that failed together are not tried together again.</param>
    /// <param name="asked">What the receiver asked for (Retry-After), up to the longest pause.</param>
    public TimeSpan? PauseAfter(int failures, double chance, TimeSpan? asked = null)
    {
        var steps = Math.Min(failures - 1, 40);
        if (steps > 0 && FirstPause * Math.Pow(2, steps - 1) >= LongestPause)
        {
            return null;
        }

        var whole = FirstPause * Math.Pow(2, steps);
        var pause = (whole < LongestPause ? whole : LongestPause) * (0.75 + (chance / 4));
        var wanted = asked is { } delay && delay > pause ? delay : pause;
        return wanted < LongestPause ? wanted : LongestPause;
    }
}
