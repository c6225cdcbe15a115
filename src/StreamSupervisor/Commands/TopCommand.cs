using System.CommandLine;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary><c>top</c>: the same as <c>status</c>, live, with the streams that are under way.</summary>
internal static class TopCommand
{
    private const int MaxRows = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var command = new Command("top", "The cluster as it is now, redrawn every second until Ctrl+C.");
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var output = parsed.InvocationConfiguration.Output;
            Terminal.MustDraw(output, "top", "For a file or a pipe take 'status', 'streams -o json' or 'streams --watch'.");

            // What keeps it from showing anything is told before the screen is taken.
            var frame = ApiClientSwitches.Take(await ReadAsync(supervisor, cancellation));
            using var screen = new LiveScreen(output);
            var why = "";
            while (true)
            {
                screen.Show(LinesOf(frame, why, Terminal.Width, Terminal.Height));
                await Task.Delay(Pause, TimeProvider.System, cancellation);
                var next = await ReadAsync(supervisor, cancellation);
                (frame, why) = (next.Value ?? frame, next.Problem?.Detail ?? "");
            }
        }));
        return command;
    }

    /// <summary>What a screen shows.</summary>
    /// <param name="why">Why it is an old one; empty for a new one.</param>
    /// <param name="width">Cells in a row of the terminal.</param>
    /// <param name="height">Rows of the terminal.</param>
    internal static IReadOnlyList<string> LinesOf(Frame frame, string why, int width, int height)
    {
        List<string> lines = [.. StatusText.LinesOf(frame.Overview), ""];
        if (why.Length > 0)
        {
            lines.Add($"Not new: {why}");
        }

        var room = height - lines.Count - 1;
        var rows = frame.Streams.Take(Math.Max(0, room - 1)).ToList();
        var more = frame.Overview.Streams.Live + frame.Overview.Streams.Handover + frame.Overview.Streams.Interrupted - rows.Count;
        if (rows.Count > 0)
        {
            lines.AddRange(StreamsCommand.TableOf(rows).Lines(width));
        }

        lines.Add(more > 0 ? $"and {Sentence.Count(more, "stream")} more; Ctrl+C ends" : "Ctrl+C ends");
        return [.. lines.Take(height).Select(line => Cells.Cut(line, width))];
    }

    /// <summary>The numbers, and the streams that change before those that do not.</summary>
    private static async Task<ApiAnswer<Frame>> ReadAsync(SupervisorApiClient supervisor, CancellationToken cancellation)
    {
        var overview = await supervisor.GetOverviewAsync(cancellation);
        if (overview.Value is not { Streams: var counts })
        {
            return new(null, overview.Problem);
        }

        var streams = new List<StreamView>();
        foreach (var (state, number) in new[]
        {
            ("handover", counts.Handover), ("interrupted", counts.Interrupted), ("live", counts.Live),
        })
        {
            if (number > 0 && streams.Count < MaxRows)
            {
                var page = await supervisor.ListStreamsAsync(new StreamFilter(state, null, null), MaxRows, null, cancellation);
                streams.AddRange(page.Value?.Streams ?? []);
            }
        }

        return new(new Frame(overview.Value, streams), null);
    }

    internal sealed record Frame(OverviewView Overview, IReadOnlyList<StreamView> Streams);
}
