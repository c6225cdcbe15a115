using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain.Notices;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>What each member does for the webhooks, whoever sends them: it notes its keys in quarantine, of which no other knows.</summary>
internal sealed class WebhookService(IReadOnlyList<WebhookTarget> targets, SupervisorSystem system, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>The keys that are noted, so that one that stays is not written each time.</summary>
    private readonly HashSet<string> _noted = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (targets.Count == 0)
        {
            return;
        }

        await system.Membership.Joined.WaitAsync(stoppingToken);
        WebhookTelemetry.Begin(targets.Select(target => target.Name));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(LookEvery, time, stoppingToken);
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
            {
                // The member that sends tells of a store that does not answer; the next look is soon.
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var all = system.Quarantine.All;
        foreach (var (key, stream) in all.Where(one => !_noted.Contains(one.Key)))
        {
            await NoteAsync(key, NoticeKinds.NameOf(NoticeKind.StreamQuarantined), stream.Why, cancellation);
            _noted.Add(key);
        }

        foreach (var key in _noted.Where(key => !all.ContainsKey(key)).ToList())
        {
            await NoteAsync(key, NoticeStore.Over, "", cancellation);
            _noted.Remove(key);
        }
    }

    private Task NoteAsync(string key, string kind, string why, CancellationToken cancellation) =>
        system.Notices.NoteAsync($"stream/{key}", kind, key, why, cancellation);
}
