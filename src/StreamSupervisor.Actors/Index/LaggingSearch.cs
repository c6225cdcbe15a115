namespace StreamSupervisor.Actors.Index;

/// <summary>
/// Finds the keys whose row in the index lags behind the journal, from the end of the journal backwards. The newest at once: work that is
/// due may be among them. Those before in small steps, because each key that is woken for it reads its history beside those of hooks; by
/// then the sweeps have healed what SRS servers show, and left are keys that no server shows, as those that are locked.
/// </summary>
/// <remarks>
/// A writer is paced, so a member that dies under load takes the changes of more than its last moment with it. Rejected: to wake all of
/// them at once, which fills the recoveries that the hooks of other keys wait for.
/// </remarks>
/// <param name="newest">The number of the journal's newest row.</param>
/// <param name="lagging">The keys among the journal's rows above the first number and up to the second.</param>
/// <param name="time">The clock.</param>
internal sealed class LaggingSearch(Func<CancellationToken, Task<long>> newest,
    Func<long, long, CancellationToken, Task<IReadOnlyList<string>>> lagging, TimeProvider time)
{
    /// <summary>Rows of the journal that are looked at first.</summary>
    internal const long AtOnce = 10_000;

    /// <summary>And with each step behind them: at most so many keys are woken by it.</summary>
    internal const long Step = 2_000;

    /// <summary>How far back it goes, in rows of the journal: twice the keys that may wait in a member's writer.</summary>
    internal const long Depth = 200_000;

    /// <summary>Between two steps: a sweep has come round by then.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private (long UpTo, long End)? _left;
    private long _steppedAt;

    /// <summary>Begins at the end of the journal.</summary>
    /// <exception cref="Journal.StoreUnavailableException">The store did not answer.</exception>
    public async Task<IReadOnlyList<string>> BeginAsync(CancellationToken cancellation)
    {
        var end = await newest(cancellation);
        var keys = await lagging(end - AtOnce, end, cancellation);
        (_left, _steppedAt) = ((end - AtOnce, Math.Max(0, end - Depth)), time.GetTimestamp());
        return Streams(keys);
    }

    /// <summary>The keys of the next step, if it is due. It may be asked at any time, and is quick where nothing is left.</summary>
    /// <exception cref="Journal.StoreUnavailableException">The store did not answer; the step is taken again.</exception>
    public async Task<IReadOnlyList<string>> NextAsync(CancellationToken cancellation)
    {
        if (_left is not { } left || left.UpTo <= left.End || time.GetElapsedTime(_steppedAt) < Pause)
        {
            return [];
        }

        var keys = await lagging(left.UpTo - Step, left.UpTo, cancellation);
        (_left, _steppedAt) = (left with { UpTo = left.UpTo - Step }, time.GetTimestamp());
        return Streams(keys);
    }

    private static IReadOnlyList<string> Streams(IReadOnlyList<string> keys) => [.. keys.Where(key => !WarmUp.IsStage(key))];
}
