using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Management;

namespace StreamSupervisor.Hosting;

/// <summary>The member's life: own, look at every node once, say ready; and backwards.</summary>
internal sealed class SupervisorService(Supervisor supervisor, SoleOwner owner, Readiness readiness, TimeProvider time, ILogger<SupervisorService> logger)
    : BackgroundService
{
    /// <summary>A node that does not answer must not keep the others waiting: hooks of the nodes that are up come at once.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);

    /// <summary>For what stands in the mailboxes when the member stops.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Rehearsal.PlayAsync(time, logger, stoppingToken);
        await owner.OwnAllAsync(supervisor.Host, stoppingToken);
        try
        {
            await supervisor.StartSweeping().WaitAsync(FirstLook, time, stoppingToken);
        }
        catch (TimeoutException)
        {
            logger.LogWarning("Not every SRS node has answered yet; serving those that have.");
        }

        readiness.Ready("start");
        logger.LogInformation("Ready: {Origins} SRS node(s), {Live} stream(s) known.", supervisor.Origins.All.Count, supervisor.Directory.Count);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        readiness.NotReady("stop", "The supervisor is stopping.");
        await base.StopAsync(cancellationToken);
        await supervisor.StopAsync();
        using var patience = new CancellationTokenSource(LastWords, time);
        await owner.DisownAllAsync(patience.Token);
    }
}
