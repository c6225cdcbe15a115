using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;
using StreamSupervisor.Storage;

namespace StreamSupervisor.Server.Hosting;

/// <summary>The member's life: rehearse, take part, look at every node once, say ready; and backwards.</summary>
internal sealed class SupervisorService(Supervisor supervisor, IMember member, JournalOptions journal, Readiness readiness, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<SupervisorService> logger) : BackgroundService
{
    private Task _compacting = Task.CompletedTask;

    /// <summary>A node that does not answer must not keep the others waiting: hooks of the nodes that are up come at once.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);

    /// <summary>For what stands in the mailboxes and is held when the member leaves: longer than any hold.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(12);

    /// <summary>
    /// How long a member of a cluster says "not ready" before it leaves, so that whoever balances the hooks sends no new ones. Alone
    /// there is nobody to send them to.
    /// </summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Rehearsal.PlayAsync(time, logger, stoppingToken);
        await member.JoinAsync(supervisor.Host, stoppingToken);
        readiness.Watch("lease", () => member.WhySilent);
        try
        {
            await supervisor.StartSweeping().WaitAsync(FirstLook, time, stoppingToken);
        }
        catch (TimeoutException)
        {
            logger.LogWarning("Not every SRS node has answered yet; serving those that have.");
        }

        readiness.Ready("start");
        logger.LogInformation("Ready: {Origins} SRS node(s), {Live} stream(s) known here.", supervisor.Origins.All.Count, supervisor.Directory.Count);

        if (journal.Retention > TimeSpan.Zero)
        {
            _compacting = new JournalCompaction(member.Retention, supervisor.Host, new JournalCompactionSettings { Retention = journal.Retention }, time, logger)
                .RunAsync(stoppingToken);
        }

        logger.LogCritical("{Why}", await member.Ended.WaitAsync(stoppingToken));
        lifetime.StopApplication();
    }

    /// <summary>Leaves while the listeners are still open: hooks that come meanwhile are answered, here or by those who took over.</summary>
    public async Task LeaveAsync()
    {
        readiness.NotReady("stop", "The supervisor is stopping.");
        if (member.View is { Members.Count: > 1 })
        {
            await Task.Delay(Farewell, time);
        }

        using var patience = new CancellationTokenSource(LastWords, time);
        await member.LeaveAsync(patience.Token);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _compacting;
        await supervisor.StopAsync();
    }
}
