using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary><c>origins</c>: the SRS nodes and how they are.</summary>
internal static partial class OriginsCommand
{
    public static Command Create()
    {
        var command = new Command("origins", "List the SRS nodes and how they are, or give an order about one.");
        var format = OutputSwitch.AddTo(command);
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var origins = await ReadAsync(supervisor, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(new OriginPage(origins, null), ApiJson.Indented.OriginPage));
            }
            else
            {
                Write(origins, format.Of(parsed), output);
            }
        }));
        AddOrders(command, switches);
        return command;
    }

    private static async Task<List<OriginView>> ReadAsync(SupervisorApiClient supervisor, CancellationToken cancellation)
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

        return origins;
    }

    private static void Write(List<OriginView> origins, OutputFormat format, TextWriter output)
    {
        if (origins.Count == 0 && format != OutputFormat.Name)
        {
            output.WriteLine("No origins are configured.");
            return;
        }

        var table = new OutputTable("name", "state", "version", "streams", "api", "last look", "notes")
        {
            Wide = ["server", "service"],
        };
        foreach (var origin in origins)
        {
            table.Add(origin.Name, origin.State, origin.Version ?? "", origin.Streams?.ToString(CultureInfo.InvariantCulture)
                ?? "", origin.Api,
                origin.LastLook is { } at ? OutputTable.Time(at).Replace(' ', 'T') : "", string.Join("; ", NotesOf(origin)),
                origin.ServerId ?? "", origin.ServiceId ?? "");
        }

        table.Write(output, format);
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
