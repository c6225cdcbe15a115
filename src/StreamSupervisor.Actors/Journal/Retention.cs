namespace StreamSupervisor.Actors.Journal;

/// <summary>How the journal is kept short. The defaults clear up to 5,000 rows a second and look at everything about once an
/// hour.</summary>
public sealed record RetentionSettings
{
    /// <summary><c>journal.retention</c>: what is older is cleared. At least <see cref="LongestPause"/>; zero keeps everything for
    /// ever.</summary>
    public required TimeSpan Keep { get; init; }

    /// <summary>
    /// Rows that are younger stay whatever <see cref="Keep"/> says: a member that was paused for less finds in the journal that its
    /// numbers were used.
    /// </summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Between two rounds over all keys; also before the first, since a start has other things to do.</summary>
    public TimeSpan RoundEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Between two steps, so that admissions come first.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Rows that one step deletes at most.</summary>
    public int Step { get; init; } = 500;
}

/// <summary>What a round has cleared.</summary>
/// <param name="Events">Rows of the journal behind the newest snapshot of their key.</param>
/// <param name="Snapshots">Snapshots that a newer one replaced.</param>
/// <param name="Keys">Whole keys, with everything that was kept of them.</param>
public sealed record RetentionRound(int Events, int Snapshots, int Keys);

/// <summary>
/// Clears what is older than <c>journal.retention</c>: events behind the newest snapshot of their key, replaced snapshots, and whole keys
/// that have been idle for as long, because one-time keys would fill the disk for ever. Notices go likewise, but for the newest of
/// what is there still.
/// </summary>
/// <remarks>
/// <para><b>What it never does.</b> The newest row of a key that is kept stays, and so does everything younger than the longest pause. A
/// key is deleted as a whole only when the index says that it is idle and the newest row of its journal is the one that the index stands
/// for.</para>
/// <para><b>Numbers that begin anew.</b> A deleted key begins again with row 1. An owner that still has it in memory (idle, but looked at)
/// would go on with its old number beside it; the database refuses a row that follows no row (<c>event_journal_gap</c>), so its write
/// fails, its actor stops, and the next incarnation begins with row 1 like everybody. The generation begins anew too: every session of the
/// ones before is gone for longer than the retention.</para>
/// <para>Every member may run it; an advisory lock of the step lets one at a time.</para>
/// </remarks>
public sealed partial class Retention(JournalStore store, RetentionSettings settings, TimeProvider time, ILogger log)
{
    private const int Lock = 2;

    /// <summary>Goes on until it is cancelled. Throws nothing.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (settings.Keep <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            while (true)
            {
                await Task.Delay(settings.RoundEvery, time, cancellation);
                await GuardedRoundAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // As asked.
        }
    }

    /// <summary>One round over all keys.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer; what was cleared stays cleared.</exception>
    public async Task<RetentionRound> RoundAsync(CancellationToken cancellation = default)
    {
        var age = settings.Keep > settings.LongestPause ? settings.Keep : settings.LongestPause;
        var now = time.GetUtcNow();
        var (events, snapshots) = await ClearBehindSnapshotsAsync(now - age, now - settings.LongestPause, cancellation);
        var keys = await ClearIdleKeysAsync(now - age, cancellation);
        await ClearNoticesAsync(now - age, cancellation);
        return new RetentionRound(events, snapshots, keys);
    }

    private async Task GuardedRoundAsync(CancellationToken cancellation)
    {
        try
        {
            var round = await RoundAsync(cancellation);
            if (round is not { Events: 0, Keys: 0 })
            {
                log.LogInformation(
                    "Cleared {Events} row(s) of events older than {Keep}, and {Keys} key(s) that were idle for as long.",
                    round.Events, settings.Keep, round.Keys);
            }
        }
        catch (StoreUnavailableException silent)
        {
            log.LogWarning(
                "Old events were not cleared to the end: {Why} The next round is in {Every}.", silent.Message, settings.RoundEvery);
        }
#pragma warning disable CA1031 // The loop must not end for a fault of one round: the journal would grow without a word.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.LogError(fault, "Clearing old events failed; the next round is in {Every}.", settings.RoundEvery);
        }
    }
}
