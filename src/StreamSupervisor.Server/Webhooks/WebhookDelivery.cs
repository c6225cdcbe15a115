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
/// <c>after</c> goes past it. Rejected: to drop it after some tries, because then something is missing and nobody knows.
/// </para>
/// </summary>
internal sealed class WebhookDelivery(
    WebhookTarget target, WebhookMessages messages, WebhookStore store, WebhookPost post, WebhookPace pace, TimeProvider time, ILogger log)
{
    /// <summary>Of the page that is under way; what is behind the place is forgotten.</summary>
    private readonly ConcurrentDictionary<string, bool> _delivered = new();

    /// <summary>Sends until somebody else does, or a person orders something; then the caller begins anew.</summary>
    /// <param name="version">The claim, see <see cref="WebhookStore.ClaimAsync"/>.</param>
    /// <param name="cancellation">This member sends no more.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task RunAsync(long version, CancellationToken cancellation)
    {
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
        var (taken, failure) = (0, (WebhookOutcome?)null);
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
                        Volatile.Write(ref failure, outcome);
                        return;
                    }

                    _delivered[message.Id] = true;
                    Interlocked.Increment(ref taken);
                }
            });
        return After(row, page, taken, failure);
    }

    private WebhookRow After(WebhookRow row, WebhookPage page, int taken, WebhookOutcome? failure)
    {
        var done = page.Rows.TakeWhile(one => one.Messages.All(message => _delivered.ContainsKey(message.Id))).ToList();
        foreach (var message in done.SelectMany(one => one.Messages))
        {
            _delivered.TryRemove(message.Id, out _);
        }

        var now = time.GetUtcNow();
        var place = done is [.., var last] ? last.Ordering : page.IsNotices ? row.Notices : row.Journal;
        var next = page.IsNotices ? row with { Notices = place } : row with { Journal = place };
        if (taken > 0)
        {
            next = next with { Delivered = next.Delivered + taken, DeliveredAt = now };
        }

        return failure is null
            ? Well(next, taken)
            : Failed(next, failure, taken > 0 ? 1 : row.Failures + 1, now);
    }

    private WebhookRow Well(WebhookRow row, int taken)
    {
        if (row.Failures > 0 && taken > 0)
        {
            log.LogInformation("Webhook {Name} ({Host}) takes messages again.", target.Name, target.Host);
        }

        return taken == 0 ? row with { NextTryAt = null } : row with { Failures = 0, NextTryAt = null };
    }

    private WebhookRow Failed(WebhookRow row, WebhookOutcome failure, int failures, DateTimeOffset now)
    {
#pragma warning disable CA5394 // Spreads tries; nothing secret.
        var pause = failure.IsGone ? null : pace.PauseAfter(failures, Random.Shared.NextDouble(), failure.RetryAfter);
#pragma warning restore CA5394
        if (pause is null)
        {
            log.LogError(
                "Webhook {Name} ({Host}) is parked after {Failures} failures: {Why} Nothing is sent to it until "
                + "'streamsupervisor webhooks redeliver {Name} --why …'; what happens meanwhile is kept as long as "
                + "journal.retention says.",
                target.Name, target.Host, failures, failure.Why, target.Name);
        }
        else if (row.Failures == 0)
        {
            log.LogWarning("Webhook {Name} ({Host}) did not take a message: {Why} It is tried again, each time later.",
                target.Name, target.Host, failure.Why);
        }

        return row with
        {
            Failures = failures, NextTryAt = now + pause, IsParked = pause is null, LastError = failure.Why, LastErrorAt = now,
        };
    }
}
