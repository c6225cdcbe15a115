using System.Collections.Concurrent;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>
/// Tells one receiver everything it wants to hear, while this member is the one that sends. Each receiver has a delivery of its own, with
/// its own connections and its own place, so one that hangs keeps nobody waiting but itself.
/// <para>
/// It promises: in order for each key; nothing left out; what comes twice comes with the same id, and after a death at most one page does.
/// The place is kept behind what was delivered, never before.
/// </para>
/// <para>
/// How it can fail: a message that its receiver never takes keeps those behind it waiting, up to the parking; <c>redeliver</c> with
/// <c>after</c> goes past it. What else is taken meanwhile does not count for it: on a busy cluster it would never be parked, and nobody
/// would know. Rejected: to drop it after some tries, because then something is missing and nobody knows.
/// </para>
/// </summary>
internal sealed class WebhookDelivery(
    WebhookTarget target, WebhookMessages messages, WebhookStore store, WebhookPost post, WebhookPace pace, TimeProvider time, ILogger log)
{
    /// <summary>Of the page that is under way; what is behind the place is forgotten.</summary>
    private readonly ConcurrentDictionary<string, bool> _delivered = new();

    /// <summary>Rounds in a row that failed at the same place of the journal, and of the notices; the row holds the greater one.</summary>
    private int _stuckInJournal;
    private int _stuckInNotices;

    /// <summary>Sends until somebody else does, or a person orders something; then the caller begins anew.</summary>
    /// <param name="version">The claim, see <see cref="WebhookStore.ClaimAsync"/>.</param>
    /// <param name="cancellation">This member sends no more.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task RunAsync(long version, CancellationToken cancellation)
    {
        _stuckInJournal = _stuckInNotices = (await store.FindAsync(target.Id, cancellation))?.Failures ?? 0;
        while (await store.FindAsync(target.Id, cancellation) is { } row && row.Version == version)
        {
            if (row.IsParked || row.NextTryAt > time.GetUtcNow())
            {
                await Task.Delay(pace.Poll, time, cancellation);
                continue;
            }

            // The journal first: what is noted of a key comes behind what had happened to it.
            var page = await messages.JournalAsync(target, row.Journal, cancellation);
            var next = await RoundAsync(row, page, cancellation);
            if (next.NextTryAt is null && !next.IsParked)
            {
                next = await RoundAsync(next, await messages.NoticesAsync(target, next.Notices, cancellation), cancellation);
            }

            if (next != row && !await store.SaveAsync(next, cancellation))
            {
                return;
            }

            // Only who is behind goes on at once: else each event would be a look and a write of its own.
            if (!page.IsFull)
            {
                await Task.Delay(pace.Poll, time, cancellation);
            }
        }
    }

    /// <summary>Sends a page, several keys at once and each key in order.</summary>
    /// <returns>The row as it is afterwards.</returns>
    private async Task<WebhookRow> RoundAsync(WebhookRow row, WebhookPage page, CancellationToken cancellation)
    {
        var lanes = page.Rows.SelectMany(one => one.Messages).Where(message => !_delivered.ContainsKey(message.Id))
            .GroupBy(message => message.Lane).ToList();
        var (taken, failure) = (0, (FailedMessage?)null);
        await Parallel.ForEachAsync(
            lanes,
            new ParallelOptions { MaxDegreeOfParallelism = pace.InFlight, CancellationToken = cancellation },
            async (lane, stop) =>
            {
                foreach (var message in lane)
                {
                    // The first that fails ends the round, so that one which hangs costs a timeout and not one for each key.
                    if (Volatile.Read(ref failure) is not null)
                    {
                        return;
                    }

                    var outcome = await post.SendAsync(message, stop);
                    WebhookTelemetry.Sent(target.Name, outcome.Why is null);
                    if (outcome.Why is not null)
                    {
                        Volatile.Write(ref failure, new FailedMessage(message, outcome));
                        return;
                    }

                    _delivered[message.Id] = true;
                    Interlocked.Increment(ref taken);
                }
            });
        return After(row, page, taken, failure);
    }

    private WebhookRow After(WebhookRow row, WebhookPage page, int taken, FailedMessage? failure)
    {
        var done = page.Rows.TakeWhile(one => one.Messages.All(message => _delivered.ContainsKey(message.Id))).ToList();
        foreach (var message in done.SelectMany(one => one.Messages))
        {
            _delivered.TryRemove(message.Id, out _);
        }

        var now = time.GetUtcNow();
        var before = page.IsNotices ? row.Notices : row.Journal;
        var place = done is [.., var last] ? last.Ordering : before;
        var next = page.IsNotices ? row with { Notices = place } : row with { Journal = place };
        ref var stuck = ref page.IsNotices ? ref _stuckInNotices : ref _stuckInJournal;
        stuck = failure is null ? 0 : place == before ? stuck + 1 : 1;
        if (taken > 0)
        {
            next = next with { Delivered = next.Delivered + taken, DeliveredAt = now };
        }

        var failures = Math.Max(_stuckInJournal, _stuckInNotices);
        return failure is null ? Well(next, failures) : Failed(next, failure, failures, now);
    }

    private WebhookRow Well(WebhookRow row, int failures)
    {
        if (row.Failures > 0 && failures == 0)
        {
            log.LogInformation("Webhook {Name} ({Host}) takes messages again.", target.Name, target.Host);
        }

        return row with { Failures = failures, NextTryAt = null };
    }

    private WebhookRow Failed(WebhookRow row, FailedMessage failure, int failures, DateTimeOffset now)
    {
        var ((id, _, _), outcome) = failure;
#pragma warning disable CA5394 // Spreads tries; nothing secret.
        var pause = outcome.IsGone ? null : pace.PauseAfter(failures, Random.Shared.NextDouble(), outcome.RetryAfter);
#pragma warning restore CA5394
        if (pause is null)
        {
            log.LogError(
                "Webhook {Name} ({Host}) is parked after {Failures} failures at {Id}: {Why} Nothing is sent to it until "
                + "'streamsupervisor webhooks redeliver {Name} --why …'; what happens meanwhile is kept as long as "
                + "journal.retention says.",
                target.Name, target.Host, failures, id, outcome.Why, target.Name);
        }
        else if (row.Failures == 0)
        {
            log.LogWarning("Webhook {Name} ({Host}) did not take {Id}: {Why} It is tried again, each time later.",
                target.Name, target.Host, id, outcome.Why);
        }

        return row with
        {
            Failures = failures, NextTryAt = now + pause, IsParked = pause is null, LastError = $"{id}: {outcome.Why}", LastErrorAt = now,
        };
    }

    private sealed record FailedMessage(WebhookMessage Message, WebhookOutcome Outcome);
}
