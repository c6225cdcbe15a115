using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain.Notices;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>What each member does for the webhooks, whoever sends them: it notes its keys in quarantine, of which no other knows.</summary>
internal sealed class WebhookService(WebhookTargets receivers, SupervisorSystem system, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>The keys that are noted and since when they were in quarantine, so that one that stays is not written each time.</summary>
    private readonly Dictionary<string, DateTimeOffset> _noted = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await system.Membership.Joined.WaitAsync(stoppingToken);
        IReadOnlyList<WebhookTarget> begun = [];
        while (!stoppingToken.IsCancellationRequested)
        {
            if (receivers.All is var all && !ReferenceEquals(all, begun))
            {
                begun = all;
                WebhookTelemetry.Begin(all.Select(target => target.Name));
            }

            try
            {
                await Task.Delay(LookEvery, time, stoppingToken);
                if (all.Count > 0)
                {
                    await LookAsync(stoppingToken);
                }
            }
            catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
            {
                // The member that sends tells of a store that does not answer; the next look is soon.
            }
        }
    }

    /// <summary>That it is over is noted by the member that sends, see <see cref="QuarantineWatch"/>.</summary>
    private async Task LookAsync(CancellationToken cancellation)
    {
        var all = system.Quarantine.All;
        foreach (var (key, stream) in all.Where(one => _noted.GetValueOrDefault(one.Key) != one.Value.Since))
        {
            await system.Notices.NoteAsync(
                NoticeStore.SubjectOf(key), NoticeKind.StreamQuarantined, key, stream.Why, cancellation);
            _noted[key] = stream.Since;
        }

        foreach (var key in _noted.Keys.Where(key => !all.ContainsKey(key)).ToList())
        {
            _noted.Remove(key);
        }
    }
}
