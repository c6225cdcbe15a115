using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Commands;

/// <summary><c>events</c>: what happened to all streams, and what happens; <c>why</c>: who was refused, and what to do; <c>audit</c>: who
/// ordered what.</summary>
internal static class EventsCommand
{
    private const int Page = 500;

    public static Command Create()
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what happens, until Ctrl+C." };
        var key = Text("--key", "Only this stream key.", "KEY");
        var origin = Text("--origin", "Only what is about this SRS server.", "NAME");
        var kind = Text("--kind", "Only these kinds, with commas between; 'order' for every order.", "KINDS");
        var client = Text("--client", "Only what is about this client.", "ID");
        var address = Text("--address", "Only what is about an encoder at this address.", "IP");
        var (since, limit) = (SinceOption(), LimitOption());
        var command = new Command("events", "What happened to all streams, oldest first; with -f also what happens.")
        {
            follow, key, origin, kind, client, address, since, limit,
        };
        var format = OutputSwitch.AddTo(command);
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, supervisor => ShowAsync(
            supervisor,
            new EventFilter(
                parsed.GetValue(key), parsed.GetValue(origin), parsed.GetValue(kind), parsed.GetValue(client), parsed.GetValue(address),
                By: null, SinceOf(parsed, since)),
            parsed.GetValue(limit),
            parsed.GetValue(follow),
            format.Of(parsed),
            parsed.InvocationConfiguration.Output,
            cancellation)));
        return command;
    }

    public static Command CreateAudit()
    {
        var by = Text("--by", "Only what this operator ordered.", "NAME");
        var (since, limit) = (SinceOption(), LimitOption());
        var command = new Command("audit", "Who ordered what, for which stream, and why; oldest first.") { by, since, limit };
        var format = OutputSwitch.AddTo(command);
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, supervisor => ShowAsync(
            supervisor,
            new EventFilter(null, null, "order", null, null, parsed.GetValue(by), SinceOf(parsed, since)),
            parsed.GetValue(limit),
            follow: false,
            format.Of(parsed),
            parsed.InvocationConfiguration.Output,
            cancellation)));
        return command;
    }

    public static Command CreateWhy()
    {
        var q = new Argument<string>("what")
        {
            Description = "An address, a client id, an encoder, an identity, a part of a stream key, or a reason.",
            HelpName = "WHAT",
        };
        var language = new Option<string>("--language") { Description = "en or zh: of the advice.", DefaultValueFactory = _ => "en" };
        language.AcceptOnlyFromAmong("en", "zh");
        var (since, limit) = (SinceOption(), LimitOption());
        var command = new Command("why", "Who asked to publish, what it was answered, and what to do; newest first.")
        {
            q, language, since, limit,
        };
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var page = ApiClientSwitches.Take(
                await supervisor.ListAttemptsAsync(parsed.GetValue(q)!, SinceOf(parsed, since), parsed.GetValue(limit), cancellation));
            var output = parsed.InvocationConfiguration.Output;
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(page, ApiJson.Indented.AttemptPage));
                return;
            }

            foreach (var attempt in page.Attempts)
            {
                output.WriteLine(LineOf(attempt.Key, attempt.Event));
                if (attempt.Advice is { } advice)
                {
                    var sentence = parsed.GetValue(language) == "zh" ? advice.Zh : advice.En;
                    output.WriteLine($"    {advice.Kind}, {advice.Code} {advice.Reason}: {sentence}");
                }
            }

            if (page.Attempts.Count == 0)
            {
                output.WriteLine(page.SearchedBackTo is { } back
                    ? $"Nobody like that asked; searched back to {OutputTable.Time(back)}."
                    : "Nobody has asked yet.");
            }
        }));
        return command;
    }

    private static async Task ShowAsync(
        SupervisorApiClient supervisor, EventFilter filter, int limit, bool follow, OutputFormat format, TextWriter output,
        CancellationToken cancellation)
    {
        // The place first, then the list: what happens in between is neither missed nor told twice.
        var place = follow ? await supervisor.NewestPlaceAsync(cancellation) : null;
        List<FeedEntry> entries = [];
        string? cursor = null;
        do
        {
            var page = ApiClientSwitches.Take(
                await supervisor.ListEventsAsync(filter, Math.Min(Page, limit - entries.Count), cursor, cancellation));
            entries.AddRange(page.Events);
            cursor = page.Next;
        }
        while (cursor is not null && entries.Count < limit);

        entries.Reverse();
        entries.ForEach(Write);
        if (follow)
        {
            await supervisor.FollowEventsAsync(
                filter with { Since = null }, entries is [.., var newest] ? newest.Id : place!,
                entry =>
                {
                    Write(entry);
                    return Task.CompletedTask;
                },
                cancellation);
        }

        void Write(FeedEntry entry) => output.WriteLine(format switch
        {
            OutputFormat.Json => JsonSerializer.Serialize(entry, ApiJson.Shared.FeedEntry),
            OutputFormat.Name => OutputTable.Plain(entry.Key.ToString()),
            OutputFormat.Wide => OutputTable.Plain($"{entry.Id} {entry.Event.Kind} ") + LineOf(entry.Key, entry.Event),
            _ => LineOf(entry.Key, entry.Event),
        });
    }

    private static string LineOf(StreamKeyView key, TimelineEntry happened)
    {
        var at = happened.At?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

        // What was ordered about a server or a member names it in its sentence.
        var about = key.Vhost == StreamKey.ReservedVhost ? "" : $"{key}: ";
        return OutputTable.Plain($"{at ?? "-"} {about}{happened.Text}");
    }

    private static Option<string?> Text(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };

    private static Option<int> LimitOption() =>
        new("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 50 };

    private static Option<string?> SinceOption() =>
        new("--since") { Description = "Nothing older: a duration such as 1h, or a time such as 2026-01-31T21:03:00Z.", HelpName = "TIME" };

    private static string? SinceOf(ParseResult parsed, Option<string?> since) => parsed.GetValue(since) switch
    {
        null => null,
        var text when Duration.TryParse(text, out var ago) =>
            (TimeProvider.System.GetUtcNow() - ago).ToString("O", CultureInfo.InvariantCulture),
        var text => text,
    };
}
