using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>
/// What the supervisor that runs tells of the SRS servers; asked once, for all of them. A hook comes to one member only, so each is asked.
/// </summary>
/// <param name="api">Of this machine's; null: it has no listener.</param>
/// <param name="others">The other members: their names, and how to ask them; null: their address is not known here.</param>
internal sealed class RunningSupervisor(SupervisorApiClient? api,
    Func<Task<IReadOnlyList<(string Name, SupervisorApiClient? Api)>>> others, TimeProvider time)
{
    /// <summary>So long others must have come before the absence of a kind says anything.</summary>
    private static readonly TimeSpan MissedAfter = TimeSpan.FromMinutes(10);

    private readonly Lazy<Task<Told>> _origins = new(() => AskAllAsync(api, others));

    /// <summary>Whether each kind of hook arrives, and what the supervisor has against the server.</summary>
    public async Task JudgeAsync(string name, Findings findings, CancellationToken cancellation)
    {
        var told = await _origins.Value.WaitAsync(cancellation);
        if (told.Origins is null)
        {
            findings.Warn("hooks", $"whether they arrive knows only a supervisor that runs. {told.Why}", told.Advice);
            return;
        }

        if (told.Origins.FirstOrDefault(one => one.Name == name) is not { } origin)
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

        JudgeHooks(origin, told.NotAsked, time.GetUtcNow(), findings);
    }

    /// <summary>One view of a server out of two members': of each kind of hook the last.</summary>
    internal static OriginView Join(OriginView own, OriginView other) => other is not { Hooks: { } more, HooksSince: { } since } ? own
        : own is not { Hooks: { } hooks, HooksSince: { } ownSince }
            ? own with { Hooks = more, HooksSince = since }
            : own with
            {
                HooksSince = ownSince < since ? ownSince : since,
                Hooks =
                [
                    .. hooks.Select(hook => more.FirstOrDefault(one => one.Hook == hook.Hook) is { LastAt: { } at }
                        && !(hook.LastAt >= at) ? hook with { LastAt = at } : hook),
                ],
            };

    /// <summary>Which kinds have come, and which should have.</summary>
    /// <param name="notAsked">The members to which hooks may have come that nobody could tell of; empty: none.</param>
    internal static void JudgeHooks(OriginView origin, IReadOnlyList<string> notAsked, DateTimeOffset now, Findings findings)
    {
        var silent = notAsked.Count == 0 ? ""
            : $" Those that came to {string.Join(", ", notAsked)} are not counted: run doctor on that machine too.";
        if (origin.Hooks is not { } hooks || origin.HooksSince is not { } since)
        {
            findings.Warn("hooks", "the supervisor that runs is of an earlier version and does not say whether they arrive.", "Update it.");
            return;
        }

        var came = hooks.Where(hook => hook.LastAt is not null).ToList();
        var lines = $"Compare its http_hooks with: streamsupervisor config srs-lines {origin.Name}";
        if (came.Count == 0)
        {
            var quiet = $"no hook has come for as long as is known ({Ago(now - since)})";
            if (origin.Streams > 0 && now - since >= MissedAfter && notAsked.Count == 0)
            {
                findings.Fail("hooks", $"{quiet}, and it publishes {Sentence.Count(origin.Streams.Value, "stream")}: nobody is asked.",
                    lines);
            }
            else
            {
                findings.Warn("hooks", $"{quiet}; that is right only where nobody has published or played.{silent}", lines);
            }

            return;
        }

        // Where nobody watches, on_play never comes.
        var missed = now - since < MissedAfter ? [] : hooks.Where(hook => hook.LastAt is null && hook.Hook != "on_play")
            .Select(hook => hook.Hook).ToList();
        var last = string.Join(", ", came.OrderByDescending(hook => hook.LastAt).Select(hook
            => $"{hook.Hook} {Ago(now - hook.LastAt!.Value)} ago"));
        findings.Within("hooks", missed.Count == 0,
            $"{last}.{(missed.Count > 0 ? $" {string.Join(", ", missed)} never came." : "")}{silent}",
            lines);
    }

    private static string Ago(TimeSpan span) => span switch
    {
        { TotalSeconds: < 120 } => $"{Math.Max(0, span.TotalSeconds):0} s",
        { TotalMinutes: < 120 } => $"{span.TotalMinutes:0} min",
        { TotalHours: < 48 } => $"{span.TotalHours:0} h",
        _ => $"{span.TotalDays:0} d",
    };

    private static async Task<Told> AskAllAsync(SupervisorApiClient? api,
        Func<Task<IReadOnlyList<(string Name, SupervisorApiClient? Api)>>> others)
    {
        var asking = AskAsync(api);
        var told = await Task.WhenAll((await others()).Select(async one => (one.Name, Told: await AskAsync(one.Api))));
        var own = await asking;
        var answers = told.Select(one => one.Told.Origins).Prepend(own.Origins).OfType<IReadOnlyList<OriginView>>().ToList();
        return answers.Count == 0 ? own : new Told(
            [.. answers[0].Select(origin => answers.Skip(1).Aggregate(origin, (view, answer) =>
                answer.FirstOrDefault(one => one.Name == origin.Name) is { } other ? Join(view, other) : view))],
            [
                .. own.Origins is null && api is not null ? ["the one on this machine"] : Array.Empty<string>(),
                .. told.Where(one => one.Told.Origins is null).Select(one => one.Name),
            ]);
    }

    private static async Task<Told> AskAsync(SupervisorApiClient? api)
    {
        if (api is null)
        {
            return new Told(null, []);
        }

        var origins = new List<OriginView>();
        string? cursor = null;
        do
        {
            var answer = await api.ListOriginsAsync(cursor, CancellationToken.None);
            if (answer.Value is not { Origins: { } page })
            {
                // Where the settings hold the hashes of keys, nobody here knows one.
                return new Told(null, [], answer.Problem?.Detail ?? "What answers there is none.",
                    answer.Problem?.Status is 401 or 403 ? $"Give this command a key: {ApiClientSwitches.ApiKeyVariable}." : "");
            }

            origins.AddRange(page);
            cursor = answer.Value.Next;
        }
        while (cursor is not null);

        return new Told(origins, []);
    }

    /// <summary>What was answered.</summary>
    /// <param name="Origins">Null: nobody told.</param>
    /// <param name="NotAsked">Members that did not tell, though others did.</param>
    private sealed record Told(IReadOnlyList<OriginView>? Origins, IReadOnlyList<string> NotAsked, string Why = "", string Advice = "");
}
