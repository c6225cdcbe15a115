using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Server.Hosting;

/// <summary>The member's life: warm up, take part, look at every server once, say ready; and backwards.</summary>
internal sealed class SupervisorService(SupervisorSystem system, SupervisorOptions options, Readiness readiness,
    RegistrationCredential registrations, SessionSecret sessions, ApiCallers callers, ServerCertificate certificate, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<SupervisorService> logger) : BackgroundService
{
    /// <summary>A server that does not answer must not keep the others waiting: hooks of the servers that are up come at once.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>For what is under way and held when the member is to stop.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(9);

    /// <summary>For the streams to go to others.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(12);

    /// <summary>
    /// How long a member of a cluster says "not ready" before it leaves, so that whoever balances the hooks sends no new ones. Alone
    /// there is nobody to send them to.
    /// </summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private long? _stoppingSince;

    /// <summary>What the process ends with; 75 where it was condemned by others, so that a service manager starts it again.</summary>
    public int ExitCode { get; private set; }

    private IEnumerable<OriginSnapshot> Origins => system.Directory.All.Select(origin => origin.Snapshot);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            readiness.NotReady("store", "The store has not answered yet.");
            if (await system.JoinAsync(UseShared, stoppingToken))
            {
                await ServeAsync(stoppingToken);
            }
        }
        catch (StoreOpenException problem)
        {
            logger.LogCritical("{Why}", problem.Message);
            ExitCode = 1;
            lifetime.StopApplication();
            return;
        }

        var end = await system.Membership.Ended.WaitAsync(stoppingToken);
        ExitCode = end.ExitCode;
        lifetime.StopApplication();
    }

    /// <summary>Says which program this is, and with which settings.</summary>
    public void Introduce()
    {
        foreach (var line in StartBanner.Of(options))
        {
            logger.LogInformation("{Line}", line);
        }
    }

    /// <summary>Says that nothing is left to do; the last line of a process that was not killed.</summary>
    public void SayStopped()
    {
        if (_stoppingSince is { } since)
        {
            logger.LogInformation("Stopped after {Seconds:0.0} s, exit code {Code}.", time.GetElapsedTime(since).TotalSeconds, ExitCode);
        }
    }

    /// <summary>
    /// Says not ready, and answers what is under way and what comes meanwhile while this member can still reach every stream.
    /// </summary>
    public async Task SayGoodbyeAsync()
    {
        readiness.NotReady("stop", "The supervisor is stopping.");
        _stoppingSince = time.GetTimestamp();
        logger.LogInformation("Stopping: finishes what it has begun{Handover}.", options.Cluster.Enabled
            ? " and gives its streams to the other members" : "");
        if (system.Membership.View.Report().Members.Count > 1 && system.Membership.Pulse.MayAnswer)
        {
            await Task.Delay(Farewell, time);
            for (var began = time.GetTimestamp(); system.Streams.Asking > 0 && time.GetElapsedTime(began) < LongestHold;)
            {
                await Task.Delay(LookAgain, time);
            }
        }
    }

    /// <summary>Gives the streams to the other members. Nobody asks here any more.</summary>
    public async Task LeaveAsync()
    {
        using var patience = new CancellationTokenSource(LastWords, time);
        await system.LeaveAsync(patience.Token);
    }

    private void UseShared(byte[] key)
    {
        registrations.Use(key);
        sessions.Use(key);
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        readiness.Ready("store");
        var disk = new StoreDisk(options.Storage);
        readiness.Watch("disk", disk.WhyNotReady);
        readiness.WatchWarning("disk", disk.Warning);
        readiness.Watch("membership", () => system.Membership.WhySilent);
        readiness.Watch("origins", () => LockedOutOrigins.WhyNotReady(Origins));
        readiness.WatchWarning("origins", () => LockedOutOrigins.Warning(Origins));
        readiness.WatchWarning("store", () => system.WhyHeld);
        readiness.WatchWarning("api-keys", callers.WhatEnds);
        readiness.WatchWarning("certificate", () => certificate.WhatEnds(time.GetUtcNow()));
        await LookOnceAsync(cancellation);
        system.Membership.Metrics.Begin();
        HookTelemetry.Begin();
        AdmissionTelemetry.Begin(options.Origins.Select(origin => origin.Name));
        readiness.Ready("start");
        logger.LogInformation("Ready: {Origins} SRS server(s).", options.Origins.Count);
    }

    private async Task LookOnceAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (system.Directory.All.Any(origin => origin.Snapshot.Status == OriginStatus.Unknown))
        {
            if (time.GetElapsedTime(began) > FirstLook)
            {
                logger.LogWarning("Not every SRS server has answered yet; serving those that have.");
                return;
            }

            await Task.Delay(LookAgain, time, cancellation);
        }
    }
}
