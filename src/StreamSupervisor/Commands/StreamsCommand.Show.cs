using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

internal static partial class StreamsCommand
{
    private static Command CreateShow(ApiClientSwitches switches)
    {
        var key = ApiClientSwitches.KeyArgument();
        var timeline = new Option<int>("--timeline") { Description = "So many of the newest entries of its timeline; 0 for none.",
            HelpName = "N", DefaultValueFactory = _ => 10 };
        var command = new Command("show", "Everything about one stream, and what happened to it last.") { key, timeline };
        var format = OutputSwitch.AddTo(command, OutputFormat.Name, OutputFormat.Json);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var name = ApiClientSwitches.KeyOf(parsed, key);
            var stream = ApiClientSwitches.Take(await supervisor.GetStreamAsync(name, cancellation));
            var entries = await ReadTimelineAsync(supervisor, name, Math.Max(0, parsed.GetValue(timeline)), cancellation);
            var output = parsed.InvocationConfiguration.Output;
            switch (format.Of(parsed))
            {
                case OutputFormat.Json:
                    output.WriteLine(JsonSerializer.Serialize(new StreamReport(stream, entries), ApiJson.Indented.StreamReport));
                    break;
                case OutputFormat.Name:
                    output.WriteLine(OutputTable.Plain(stream.Key.ToString()));
                    break;
                default:
                    Write(stream, entries, output);
                    break;
            }
        }));
        return command;
    }

    private static Command CreateExplain(ApiClientSwitches switches)
    {
        var key = ApiClientSwitches.KeyArgument();
        var client = new Option<string>("--client") { Description =
            "The client id that SRS gave the encoder, as its log and the timeline show it.", HelpName = "ID", Required = true };
        var language = new Option<string>("--language") { Description = "en or zh.", DefaultValueFactory = _ => "en" };
        language.AcceptOnlyFromAmong("en", "zh");
        var command = new Command("explain", "Why the attempt of a client was answered as it was.") { key, client, language };
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var why = ApiClientSwitches.Take(await supervisor.ExplainAsync(ApiClientSwitches.KeyOf(parsed, key), parsed.GetValue(client)!,
                cancellation));
            parsed.InvocationConfiguration.Output.WriteLine(format.IsJson(parsed)
                ? JsonSerializer.Serialize(why, ApiJson.Indented.Explanation)
                : OutputTable.Plain(parsed.GetValue(language) == "zh" ? why.Text.Zh : why.Text.En));
        }));
        return command;
    }

    private static async Task<List<TimelineEntry>> ReadTimelineAsync(SupervisorApiClient supervisor, StreamKey key, int wanted,
        CancellationToken cancellation)
    {
        var entries = new List<TimelineEntry>();
        string? cursor = null;
        while (entries.Count < wanted)
        {
            var page = ApiClientSwitches.Take(await supervisor.GetTimelineAsync(key, Math.Min(Page, wanted - entries.Count), cursor,
                cancellation));
            entries.AddRange(page.Entries);
            cursor = page.Next;
            if (cursor is null)
            {
                break;
            }
        }

        return entries;
    }

    private static void Write(StreamView stream, List<TimelineEntry> entries, TextWriter output)
    {
        void Line(string name, string text) => output.WriteLine($"  {name,-12} {OutputTable.Plain(text)}");

        output.WriteLine(OutputTable.Plain(stream.Key.ToString()));
        Line("state", $"{stream.State}, generation {stream.Generation}");
        if (stream.Session is { } session)
        {
            Line("session", $"client {session.ClientId} on {session.Origin}{(session.Ip.Length > 0 ? $" from {session.Ip}" : "")} since "
                + $"{OutputTable.Time(session.Since)}, "
                + (session.Confirmed ? "seen publishing" : session.Adopted ? "found publishing" : "not seen publishing yet"));
            Line("identity", $"{session.Identity}{(session.Proven ? " (proven)" : "")}");
            Line("process", $"server {session.ServerId}, service {session.ServiceId}");
            if (session.Orphaned == true)
            {
                Line("orphaned", $"{session.Origin} publishes it for nobody: its players get nothing until it is published anew; kick it");
            }

            if (session.SilentSince is { } silent)
            {
                Line("silent", $"since {OutputTable.Time(silent)}");
            }
        }

        if (stream.Handover is { } handover)
        {
            Line("handover", $"to client {handover.To.ClientId} on {handover.To.Origin}, held until "
                + $"{OutputTable.Time(handover.HoldUntil)} ({handover.Rule})");
        }

        foreach (var eviction in stream.Evictions)
        {
            Line("removing", $"client {eviction.Of.ClientId} on {eviction.Of.Origin} since {OutputTable.Time(eviction.OrderedAt)} "
                + $"({eviction.Cause}{(eviction.Stalled ? ", stalled" : "")})");
        }

        if (stream.Interrupted is { } lost)
        {
            Line("interrupted", $"a return until {OutputTable.Time(lost.Until)} is the same broadcast");
        }

        if (stream.Locked is { } mark)
        {
            var lasts = stream.LockedUntil is { } over ? $" until {OutputTable.Time(over)}" : "";
            Line("locked", $"by {mark.By} at {OutputTable.Time(mark.At)}{lasts}: {mark.Why}");
        }

        if (stream.Pinned is { } pin)
        {
            Line("pinned", $"to {pin.Identity}{(pin.By is null ? "" : $" by {pin.By}: {pin.Why}")}");
        }

        foreach (var wedge in stream.WedgedOn)
        {
            Line("wedged", $"on {wedge.Origin} since {OutputTable.Time(wedge.Since)}: SRS holds a ghost of it until it is restarted");
        }

        if (stream.Reservation is { } kept)
        {
            Line("reserved", $"for {kept.Encoder} until {OutputTable.Time(kept.Until)}");
        }

        if (stream.CoolDownUntil is { } end)
        {
            Line("cool-down", $"of a fight, until {OutputTable.Time(end)}");
        }

        if (entries.Count > 0)
        {
            output.WriteLine("timeline, newest first");
            foreach (var entry in entries)
            {
                var at = entry.At?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "-";
                output.WriteLine($"  {at,-24} {OutputTable.Plain(entry.Text)}");
            }
        }
    }
}
