using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>What the supervisor that runs on this machine tells of the SRS servers; asked once, for all of them.</summary>
internal sealed class RunningSupervisor(SupervisorApiClient? api, TimeProvider time)
{
    /// <summary>So long others must have come before the absence of a kind says anything.</summary>
    private static readonly TimeSpan MissedAfter = TimeSpan.FromMinutes(10);

    private readonly Lazy<Task<(IReadOnlyList<OriginView>? Origins, string Why, string Advice)>> _origins = new(() => AskAsync(api));

    /// <summary>Whether each kind of hook arrives, and what the supervisor has against the server.</summary>
    public async Task JudgeAsync(string name, Findings findings, CancellationToken cancellation)
    {
        var (origins, why, advice) = await _origins.Value.WaitAsync(cancellation);
        if (origins is null)
        {
            findings.Warn("hooks", $"whether they arrive knows only a supervisor that runs. {why}", advice);
            return;
        }

        if (origins.FirstOrDefault(one => one.Name == name) is not { } origin)
        {
            findings.Fail("hooks", "the supervisor that runs does not know this server.", "Start it anew with these settings.");
            return;
        }

        if (origin.Why is { Length: > 0 } against)
        {
            findings.Fail("supervisor", $"the supervisor says: {against}", "streamsupervisor origins shows it; origins look tries again.");
        }

        if (origin.WedgedKeys.Count > 0)
        {
            findings.Fail("supervisor",
                $"it holds ghosts of {string.Join(", ", origin.WedgedKeys.Take(3))}: nobody can publish these there.",
                "Restart this SRS server.");
        }

        JudgeHooks(origin, time.GetUtcNow(), findings);
    }

    /// <summary>Which kinds have come, and which should have.</summary>
    internal static void JudgeHooks(OriginView origin, DateTimeOffset now, Findings findings)
    {
        if (origin.Hooks is not { } hooks || origin.HooksSince is not { } since)
        {
            findings.Warn("hooks", "the supervisor that runs is of an earlier version and does not say whether they arrive.", "Update it.");
            return;
        }

        var came = hooks.Where(hook => hook.LastAt is not null).ToList();
        var lines = $"Compare its http_hooks with: streamsupervisor config srs-lines {origin.Name}";
        if (came.Count == 0)
        {
            var quiet = $"no hook has come since this member listens ({Ago(now - since)})";
            if (origin.Streams > 0 && now - since >= MissedAfter)
            {
                findings.Fail("hooks", $"{quiet}, and it publishes {Sentence.Count(origin.Streams.Value, "stream")}: nobody is asked.",
                    lines);
            }
            else
            {
                findings.Warn("hooks", $"{quiet}; that is right only where nobody has published or played.", lines);
            }

            return;
        }

        // Where nobody watches, on_play never comes.
        var missed = now - since < MissedAfter ? [] : hooks.Where(hook => hook.LastAt is null && hook.Hook != "on_play")
            .Select(hook => hook.Hook).ToList();
        var last = string.Join(", ", came.OrderByDescending(hook => hook.LastAt).Select(hook
            => $"{hook.Hook} {Ago(now - hook.LastAt!.Value)} ago"));
        findings.Within("hooks", missed.Count == 0, $"{last}.{(missed.Count > 0 ? $" {string.Join(", ", missed)} never came." : "")}",
            lines);
    }

    private static string Ago(TimeSpan span) => span switch
    {
        { TotalSeconds: < 120 } => $"{Math.Max(0, span.TotalSeconds):0} s",
        { TotalMinutes: < 120 } => $"{span.TotalMinutes:0} min",
        { TotalHours: < 48 } => $"{span.TotalHours:0} h",
        _ => $"{span.TotalDays:0} d",
    };

    private static async Task<(IReadOnlyList<OriginView>? Origins, string Why, string Advice)> AskAsync(SupervisorApiClient? api)
    {
        if (api is null)
        {
            return (null, "", "");
        }

        var origins = new List<OriginView>();
        string? cursor = null;
        do
        {
            var answer = await api.ListOriginsAsync(cursor, CancellationToken.None);
            if (answer.Value is not { Origins: { } page })
            {
                // Where the settings hold the hashes of keys, nobody here knows one.
                return (null, answer.Problem?.Detail ?? "What answers there is none.",
                    answer.Problem?.Status is 401 or 403 ? $"Give this command a key: {ApiClientSwitches.ApiKeyVariable}." : "");
            }

            origins.AddRange(page);
            cursor = answer.Value.Next;
        }
        while (cursor is not null);

        return (origins, "", "");
    }
}
