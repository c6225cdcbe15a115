using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary><c>streams</c>: lists them; below it what is done with one of them.</summary>
internal static partial class StreamsCommand
{
    /// <summary>Rows that are asked for at once; a server may give fewer.</summary>
    private const int Page = 100;

    public static Command Create()
    {
        var state = new Option<string?>("--state") { Description = "Only streams in this state: idle, handover, live or interrupted." };
        state.AcceptOnlyFromAmong("idle", "handover", "live", "interrupted");
        var origin = new Option<string?>("--origin") { Description = "Only streams whose session is on this SRS node.", HelpName = "NAME" };
        var query = new Option<string?>("--query", "-q") { Description = "Only keys that contain this text.", HelpName = "TEXT" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0
                && !(int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0))
            {
                result.AddError("--limit is a number from 1.");
            }
        });
        var all = new Option<bool>("--all") { Description = "All of them, however many." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on: show a stream again whenever it changes, until Ctrl+C." };
        var command = new Command("streams", "List the streams, look at one, or give an order about it.") { state, origin, query, limit,
            all, watch };
        var format = OutputSwitch.AddTo(command);
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var filter = new StreamFilter(parsed.GetValue(state), parsed.GetValue(origin), parsed.GetValue(query));
            var most = parsed.GetValue(all) ? int.MaxValue : parsed.GetValue(limit);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(watch))
            {
                await WatchAsync(supervisor, filter, most, format.Of(parsed), output, cancellation);
                return;
            }

            var page = await CollectAsync(supervisor, filter, most, cancellation);
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(page, ApiJson.Indented.StreamPage));
                return;
            }

            Write(page, format.Of(parsed), output);
            if (page.Next is not null)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"There are more than these {page.Streams.Count}; --all lists them.");
            }
        }));

        command.Add(CreateShow(switches));
        command.Add(CreateExplain(switches));
        AddOrders(command, switches);
        return command;
    }

    private static async Task<StreamPage> CollectAsync(SupervisorApiClient supervisor, StreamFilter filter, int limit,
        CancellationToken cancellation)
    {
        var streams = new List<StreamView>();
        string? cursor = null;
        do
        {
            var page = ApiClientSwitches.Take(await supervisor.ListStreamsAsync(filter, Math.Min(Page, limit - streams.Count), cursor,
                cancellation));
            streams.AddRange(page.Streams);
            cursor = page.Next;
        }
        while (cursor is not null && streams.Count < limit);

        return new StreamPage(streams, cursor);
    }

    private static void Write(StreamPage page, OutputFormat format, TextWriter output)
    {
        if (page.Streams.Count == 0 && format != OutputFormat.Name)
        {
            output.WriteLine("No streams.");
            return;
        }

        TableOf(page.Streams).Write(output, format);
    }

    /// <summary>The streams as rows.</summary>
    internal static OutputTable TableOf(IEnumerable<StreamView> streams)
    {
        var table = new OutputTable("key", "state", "origin", "client", "address", "since", "generation", "notes")
        {
            Wide = ["identity", "server", "service"],
        };
        foreach (var stream in streams)
        {
            var session = stream.Session;
            table.Add(stream.Key.ToString(), stream.State, session?.Origin ?? "", session?.ClientId ?? "", session?.Ip ?? "",
                session is null ? "" : OutputTable.Time(session.Since).Replace(' ', 'T'), $"{stream.Generation}",
                string.Join(", ", NotesOf(stream)), session?.Identity ?? "", session?.ServerId ?? "", session?.ServiceId ?? "");
        }

        return table;
    }

    /// <summary>What an operator should notice about a stream.</summary>
    private static IEnumerable<string> NotesOf(StreamView stream)
    {
        if (stream.Locked is { } mark)
        {
            yield return $"locked by {mark.By}{(stream.LockedUntil is { } end ? $" until {OutputTable.Time(end)}" : "")}";
        }

        if (stream.Pinned is { } pin)
        {
            yield return $"pinned to {pin.Identity}";
        }

        if (stream.WedgedOn.Count > 0)
        {
            yield return $"wedged on {string.Join(' ', stream.WedgedOn.Select(wedge => wedge.Origin))}";
        }

        if (stream.Session is { SilentSince: not null })
        {
            yield return "silent";
        }

        if (stream.Session is { Orphaned: true })
        {
            yield return "publishes for nobody";
        }

        if (stream.Session is { Confirmed: false, Adopted: false })
        {
            yield return "not seen yet";
        }

        if (stream.Evictions.Count > 0)
        {
            yield return $"{stream.Evictions.Count} being removed{(stream.Evictions.Any(one => one.Stalled) ? " (stalled)" : "")}";
        }

        if (stream.Reservation is { } kept)
        {
            yield return $"reserved for {kept.Encoder}";
        }

        if (stream.CoolDownUntil is not null)
        {
            yield return "fight cool-down";
        }
    }
}
