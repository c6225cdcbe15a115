using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using StreamSupervisor.Actors;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// Tells systemd how this member does, where a unit of <c>Type=notify</c> started it: ready when <c>/ready</c> says so, a beat of its
/// watchdog as long as the program answers itself, and at last that it stops.
/// <para>
/// A start that waits for its store is prolonged while the program answers, so that a database that comes up later than we do costs no
/// restart. Not <c>UseSystemd()</c>: it says ready as soon as the web server listens, which is before the store has answered, and it
/// beats no watchdog.
/// </para>
/// </summary>
/// <param name="whySilent">What of the program does not answer within a time, in a sentence; null when it answers.</param>
/// <param name="watchdog">How long systemd waits for a beat before it kills the process; null: for ever.</param>
internal sealed class SystemdReports(ISystemdNotifier systemd, Readiness readiness,
    Func<TimeSpan, CancellationToken, Task<string?>> whySilent, TimeSpan? watchdog, TimeProvider time, IHostApplicationLifetime lifetime,
    ILogger<SystemdReports> logger) : BackgroundService
{
    /// <summary>While it starts: how late after <c>/ready</c> systemd hears of it at most.</summary>
    private static readonly TimeSpan Starting = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the status line is written anew where no watchdog asks for more.</summary>
    private static readonly TimeSpan Serving = TimeSpan.FromSeconds(10);

    /// <summary>A start may go on for this long after the last word.</summary>
    private static readonly TimeSpan More = TimeSpan.FromSeconds(30);

    /// <summary>Two beats may get lost before the watchdog bites.</summary>
    private readonly TimeSpan _beat = watchdog / 3 is { } third && third < Serving ? third : Serving;

    private bool _saidReady;
    private string? _silent;

    /// <summary>Has systemd told, if it is there.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<SelfProbe>(provider => new SelfProbe(provider.GetRequiredService<SupervisorOptions>(),
            provider.GetRequiredService<ServerCertificate>(), provider.GetRequiredService<SupervisorSystem>(), TimeProvider.System));
        var systemd = new SystemdNotifier();
        if (!systemd.IsEnabled)
        {
            return;
        }

        services.AddHostedService(provider => new SystemdReports(systemd, provider.GetRequiredService<Readiness>(),
            provider.GetRequiredService<SelfProbe>().WhySilentAsync, WatchdogOf(Environment.GetEnvironmentVariable("WATCHDOG_USEC")),
            TimeProvider.System, provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<SystemdReports>>()));
    }

    /// <param name="microseconds">As systemd writes it; null or no number: there is no watchdog.</param>
    internal static TimeSpan? WatchdogOf(string? microseconds) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? TimeSpan.FromMicroseconds(number)
            : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            while (true)
            {
                await ReportAsync(either.Token);
                await Task.Delay(_saidReady || _beat < Starting ? _beat : Starting, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            Tell("STOPPING=1", "STATUS=Stopping: finishes what it has begun.");
        }
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        var silent = await whySilent(_beat, cancellation);
        var reasons = readiness.Reasons;
        var status = $"STATUS={(reasons.Count == 0 ? "Ready." : $"Not ready. {string.Join(' ', reasons.Values)}")}";
        if (silent is not null)
        {
            if (_silent is null && _saidReady)
            {
                logger.LogError("This program does not answer itself, so the watchdog gets no beat: {Why}", silent);
            }

            Tell($"STATUS={silent}");
        }
        else if (_saidReady)
        {
            Tell("WATCHDOG=1", status);
        }
        else if (reasons.Count == 0)
        {
            _saidReady = true;
            Tell("READY=1", status);
        }
        else
        {
            Tell(string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={More.TotalMicroseconds:0}"), status);
        }

        _silent = silent;
    }

    /// <summary>One message; a line each. A socket that is gone is no reason to end: then nobody watches.</summary>
    private void Tell(params ReadOnlySpan<string> lines)
    {
        try
        {
            systemd.Notify(new ServiceState(string.Join('\n', lines)));
        }
        catch (System.Net.Sockets.SocketException gone)
        {
            logger.LogDebug("systemd does not take a message: {Why}", gone.Message);
        }
    }
}
