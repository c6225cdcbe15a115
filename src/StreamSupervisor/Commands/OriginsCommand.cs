using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary><c>origins</c>: the SRS nodes and how they are.</summary>
internal static class OriginsCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Machine-readable output." };
        var command = new Command("origins", "List the SRS nodes and how they are.") { json };
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var origins = new List<OriginView>();
            string? cursor = null;
            do
            {
                var page = ApiClientSwitches.Take(await supervisor.ListOriginsAsync(cursor, cancellation));
                origins.AddRange(page.Origins);
                cursor = page.Next;
            }
            while (cursor is not null);

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(new OriginPage(origins, null), ApiJson.Indented.OriginPage));
            }
            else
            {
                Write(origins, output);
            }
        }));
        return command;
    }

    private static void Write(List<OriginView> origins, TextWriter output)
    {
        if (origins.Count == 0)
        {
            output.WriteLine("No origins are configured.");
            return;
        }

        var table = new OutputTable("name", "state", "version", "streams", "api", "last look", "notes");
        foreach (var origin in origins)
        {
            table.Add(origin.Name, origin.State, origin.Version ?? "", origin.Streams?.ToString(CultureInfo.InvariantCulture)
                ?? "", origin.Api,
                origin.LastLook is { } at ? OutputTable.Time(at).Replace(' ', 'T') : "", string.Join("; ", NotesOf(origin)));
        }

        table.Write(output);
    }

    private static IEnumerable<string> NotesOf(OriginView origin)
    {
        if (origin.Draining)
        {
            yield return "draining: no new streams";
        }

        if (origin.Why is { Length: > 0 } why)
        {
            yield return why;
        }

        if (origin.WedgedKeys.Count > 0)
        {
            yield return $"holds ghosts of {Some(origin.WedgedKeys)}: restart it";
        }

        if (origin.OrphanedKeys is { Count: > 0 } orphaned)
        {
            yield return $"publishes for nobody {Some(orphaned)}: kick it, a new publish helps";
        }

        if (origin.MisnamedKeys is { Count: > 0 } misnamed)
        {
            yield return $"its own list names a wrong publisher of {Some(misnamed)}: kick by key, not by that list";
        }
    }

    private static string Some(IReadOnlyList<string> keys) => string.Join(' ', keys.Take(3)) + (keys.Count > 3 ? " …" : "");
}
