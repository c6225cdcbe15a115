using StreamSupervisor.Actors;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>What each member does for the webhooks, whoever sends them: it notes its keys in quarantine.</summary>
internal sealed class WebhookService(IReadOnlyList<WebhookTarget> targets, SupervisorSystem system, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (targets.Count == 0)
        {
            return;
        }

        await system.Membership.Joined.WaitAsync(stoppingToken);
        WebhookTelemetry.Begin(targets.Select(target => target.Name));
        await new NoticeWatch(system, time).WatchQuarantineAsync(LookEvery, stoppingToken);
    }
}
