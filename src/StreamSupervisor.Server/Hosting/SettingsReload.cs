using StreamSupervisor.Actors;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Configuration.Validation;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// Reads the settings again while the program runs. All or nothing: everything that can fail is made first, and a file with a mistake
/// changes nothing. What only a start can take is named and left as it is; the rest is in force when this returns.
/// <para>
/// Parts are put in force one after another, each as a whole, so that no call between two of them finds a door without a room: servers come
/// before the tokens that lead to them, and go after these.
/// </para>
/// </summary>
/// <param name="read">Reads the settings, from where they were read at the start; null: they were not read from anywhere.</param>
/// <param name="current">What is in force.</param>
/// <param name="parts">What can be replaced.</param>
internal sealed class SettingsReload(Func<LoadedConfiguration>? read, Reloadable<SupervisorOptions> current,
    IReadOnlyList<ReloadablePart> parts, SupervisorSystem system, TimeProvider time, ILogger<SettingsReload> log) : IDisposable
{
    /// <summary>The word of the order in the audit, for ever.</summary>
    public const string Action = "reload";

    private const int LongestWhy = 500;
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Reads them again.</summary>
    /// <param name="by">Who wants it.</param>
    /// <param name="why">What for; may be empty.</param>
    /// <returns>What is in force now, or every mistake.</returns>
    public async Task<(ReloadView? Done, ApiProblem? Problem)> ReloadAsync(string by, string why)
    {
        await _one.WaitAsync();
        try
        {
            return Reload(by, why);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private (ReloadView? Done, ApiProblem? Problem) Reload(string by, string why)
    {
        if (read is null)
        {
            return (null, Problems.SettingsWrong.Of("This supervisor has read its settings from no file, so there is nothing to read."));
        }

        var loaded = read();
        if (!loaded.IsUsable)
        {
            return Refused(by, [.. loaded.Problems.Where(one => one.Severity == ProblemSeverity.Error).Select(one => one.ToString())]);
        }

        // What waits for a restart must fit to what does not.
        var next = LiveSettings.Of(current.Value, loaded.Options);
        var together = new List<ConfigProblem>();
        SupervisorValidator.Check(next, new Checks(loaded.Sources, together));
        if (together.FindAll(one => one.Severity == ProblemSeverity.Error) is { Count: > 0 } clashes)
        {
            return Refused(by, [.. clashes.Select(one => $"{one} So it is together with settings that only a restart changes.")]);
        }

        var changed = SettingsDifference.Between(current.Value, loaded.Options);
        var applied = changed.Where(name => parts.Any(part => part.Has(name))).ToList();
        var prepared = new List<Action>();
        var mistakes = new List<string>();
        foreach (var part in parts.Where(part => part.Always || changed.Any(part.Has)))
        {
            try
            {
                if (part.Prepare(loaded.Options) is { } use)
                {
                    prepared.Add(use);

                    if (!applied.Exists(part.Has))
                    {
                        applied.Add(part.Setting); // The setting is the same, and the file that it names is not.
                    }
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or FormatException
                or System.Security.Cryptography.CryptographicException)
            {
                mistakes.Add(fault.Message);
            }
        }

        if (mistakes.Count > 0)
        {
            return Refused(by, mistakes);
        }

        prepared.ForEach(use => use());
        current.Use(next);
        var done = new ReloadView(applied, [.. changed.Except(applied)], [.. loaded.Problems.Select(one => one.ToString())]);
        Tell(by, why, done);
        return (done, null);
    }

    private (ReloadView?, ApiProblem?) Refused(string by, IReadOnlyList<string> mistakes)
    {
        log.LogError("{By} ordered the settings to be read again, and they are wrong; nothing was changed:{Mistakes}", by,
            string.Concat(mistakes.Select(mistake => $"\n{mistake}")));
        return (null, Problems.SettingsWrong.Of($"Nothing was changed. {string.Join(" ", mistakes)}") with { Mistakes = mistakes });
    }

    private void Tell(string by, string why, ReloadView done)
    {
        var what = done.Applied.Count > 0 ? string.Join(", ", done.Applied) : "nothing was changed";
        log.LogInformation("{By} had the settings read again; in force now: {Applied}.{Restart} Why: {Why}", by, what,
            done.NeedsRestart.Count > 0 ? $" Needs a restart: {string.Join(", ", done.NeedsRestart)}." : "", why.Length > 0 ? why : "-");
        foreach (var warning in done.Warnings)
        {
            log.LogWarning("{Warning}", warning);
        }

        var told = $"{(why.Length > 0 ? $"{why} " : "")}({what})";
        ClusterOrders.Record(system.Streams, time, log, ClusterOrders.MemberKey(current.Value.Cluster.EffectiveName),
            new RecordOrder(Action, by, told.Length > LongestWhy ? told[..LongestWhy] : told));
    }
}
