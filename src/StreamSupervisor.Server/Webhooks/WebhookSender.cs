using System.Text;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>Sends all webhooks, on the one member that does it for all.</summary>
/// <param name="receivers">Those of the settings.</param>
/// <param name="system">Where everything is stored.</param>
/// <param name="gauges">Hear how the receivers do.</param>
/// <param name="pace">How receivers are treated.</param>
/// <param name="time">Paces it.</param>
/// <param name="log">Where changes are told.</param>
internal sealed class WebhookSender(WebhookTargets receivers, SupervisorSystem system, WebhookGauges gauges, WebhookPace pace,
    TimeProvider time, ILogger<WebhookSender> log)
{
    /// <summary>The name of the work, for ever.</summary>
    private const string Work = "webhooks";

    /// <summary>The name of the shared value that tells this cluster from others.</summary>
    private const string SourceName = "webhook-source";

    private static readonly TimeSpan AfterAFault = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ToldAtMostEvery = TimeSpan.FromMinutes(1);

    /// <summary>When it was told last that the store does not answer, in ticks; all receivers together.</summary>
    private long _silenceToldAt;

    /// <summary>Sends from when this member has joined, as long as it is the one. Each member says so, with receivers or without.</summary>
    public void Start() => system.RunOnce(Work, RunAsync);

    private async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var (targets, replaced) = receivers.Now();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, replaced);
            await SendAsync(targets, either.Token);
        }
    }

    /// <summary>Sends to these until there are others, or another member does it.</summary>
    private async Task SendAsync(IReadOnlyList<WebhookTarget> targets, CancellationToken cancellation)
    {
        if (targets.Count == 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        log.LogInformation("This member sends the webhooks: {Webhooks}.",
            string.Join(", ", targets.Select(target => $"{target.Name} ({target.Host})")));
        var (watch, quarantine) = (new NoticeWatch(system), new QuarantineWatch(system, time));
        await Task.WhenAll([
            .. targets.Select(target => GuardedAsync(stop => DeliverAsync(target, stop), cancellation)),
            GuardedAsync(watch.LookAsync, cancellation),
            GuardedAsync(quarantine.LookAsync, cancellation),
            GuardedAsync(stop => LookAsync(targets, stop), cancellation),
        ]);
        gauges.Note([]);
    }

    /// <summary>Does it again and again, whatever happens.</summary>
    private async Task GuardedAsync(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await work(cancellation);
                await Task.Delay(pace.Poll, time, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // This member sends no more.
            }
            catch (StoreUnavailableException silent)
            {
                // Told here too: what these tables alone refuse, such as a missing right, nobody else would notice.
                TellOfSilence(silent);
                await PauseAsync(cancellation);
            }
#pragma warning disable CA1031 // One fault must not leave a receiver without messages for ever.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                log.LogError(fault, "Webhooks could not be sent; trying again in {Pause}.", AfterAFault);
                await PauseAsync(cancellation);
            }
        }
    }

    private void TellOfSilence(StoreUnavailableException silent)
    {
        var (now, told) = (time.GetUtcNow().UtcTicks, Interlocked.Read(ref _silenceToldAt));
        if (now - told >= ToldAtMostEvery.Ticks && Interlocked.CompareExchange(ref _silenceToldAt, now, told) == told)
        {
            log.LogWarning("Webhooks wait for the store: {Why} Trying again every {Pause}.", silent.Message, AfterAFault);
        }
    }

    private async Task DeliverAsync(WebhookTarget target, CancellationToken cancellation)
    {
        var row = await system.Webhooks.FindAsync(target.Id, cancellation);
        var (journal, notices) = row is null
            ? (await system.Feed.EndAsync(cancellation), await system.Notices.NewestAsync(cancellation))
            : (row.Journal, row.Notices);
        var claimed = await system.Webhooks.ClaimAsync(target.Id, journal, notices, cancellation);
        var messages = new WebhookMessages(system.Feed, system.Timeline, system.Notices, await SourceAsync(cancellation));

        // The receiver compares the time of the signature with its own clock: that of the machine, not ours, which may still be catching
        // up.
        using var post = new WebhookPost(target, pace.InFlight, pace.Timeout, TimeProvider.System);
        await new WebhookDelivery(target, messages, system.Webhooks, post, pace, time, log).RunAsync(claimed.Version, cancellation);
    }

    private async Task<string> SourceAsync(CancellationToken cancellation) => Encoding.UTF8.GetString(
        await system.Shared.GetOrAddAsync(SourceName, Encoding.UTF8.GetBytes($"urn:uuid:{Guid.NewGuid()}"), cancellation));

    private async Task LookAsync(IReadOnlyList<WebhookTarget> targets, CancellationToken cancellation)
    {
        var rows = (await system.Webhooks.AllAsync(cancellation)).ToDictionary(row => row.Id);
        gauges.Note([.. targets.Where(target => rows.ContainsKey(target.Id)).Select(target => (target.Name, rows[target.Id]))]);
    }

    private Task PauseAsync(CancellationToken cancellation) =>
        Task.Delay(AfterAFault, time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
}
