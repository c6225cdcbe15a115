using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary><c>status</c>: the whole cluster on one screen.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "The whole cluster on one screen: streams, SRS nodes, members, and what is wrong.");
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var overview = ApiClientSwitches.Take(await supervisor.GetOverviewAsync(cancellation));
            var output = parsed.InvocationConfiguration.Output;
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(overview, ApiJson.Indented.OverviewView));
                return;
            }

            foreach (var line in StatusText.LinesOf(overview))
            {
                output.WriteLine(line);
            }
        }));
        return command;
    }
}

/// <summary>An overview as people read it.</summary>
internal static class StatusText
{
    public static IEnumerable<string> LinesOf(OverviewView overview)
    {
        var (streams, origins, members, trouble, minute) =
            (overview.Streams, overview.Origins, overview.Members, overview.Trouble, overview.LastMinute);
        yield return Line("streams", Always((streams.Live, "live"), (streams.Handover, "handover"), (streams.Interrupted, "interrupted"))
            + Where((streams.Idle, "idle"), (streams.Locked, "locked"), (streams.Pinned, "pinned")));
        yield return Line("origins", Always((origins.Up, "up"), (origins.Down, "down"))
            + Where((origins.Suspect, "suspect"), (origins.Unknown, "not looked at yet"), (origins.Draining, "draining")));
        yield return Line("members", Always((members.Up, "up"), (members.Dead, "dead"))
            + Where((members.Silent, "not heard"), (members.Joining, "joining"), (members.Leaving, "leaving")));
        var wrong = Where((trouble.Fights, "in a fight"), (trouble.Wedges, "wedged"), (trouble.Stalled, "with a removal that stalls"),
            (trouble.Quarantined, "quarantined"), (trouble.Flapping, "flapping"), (trouble.Orphaned, "published for nobody"));
        yield return Line("trouble", wrong.Length > 0 ? $"streams: {wrong[2..]}" : "none");
        yield return Line("last minute",
            Always((minute.Admissions, "admitted"), (minute.Refusals, "refused"), (minute.Takeovers, "taken over"))
            + (minute.MembersSilent > 0 ? $", without {Sentence.Count(minute.MembersSilent, "member")} that did not answer" : ""));
        yield return Line("counted", OutputTable.Time(overview.At));
    }

    private static string Line(string name, string text) => $"{name,-12} {text}";

    private static string Always(params IEnumerable<(long Number, string Of)> counts) =>
        string.Join(", ", counts.Select(one => $"{one.Number} {one.Of}"));

    /// <summary>Those that are not 0, each with a comma before it.</summary>
    private static string Where(params IEnumerable<(long Number, string Of)> counts) =>
        string.Concat(counts.Where(one => one.Number > 0).Select(one => $", {one.Number} {one.Of}"));
}
