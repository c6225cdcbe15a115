using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

internal static partial class StreamsCommand
{
    private static void AddOrders(Command streams, ApiClientSwitches switches)
    {
        streams.Add(CreateOrder(switches, "kick", "Remove the session that owns the stream."));
        streams.Add(CreateOrder(switches, "release", "Remove whatever SRS holds for the stream, on every node."));
        streams.Add(CreateOrder(switches, "lock", "Let nobody start to publish; the present session stays."));
        streams.Add(CreateOrder(switches, "unlock", "End a lock and a pin."));
        streams.Add(CreateOrder(switches, "pin", "Let only one identity publish."));
    }

    private static Command CreateOrder(ApiClientSwitches switches, string verb, string description)
    {
        var key = ApiClientSwitches.KeyArgument();
        var why = new Option<string>("--why") { Description = "The reason, for those who read the timeline.", HelpName = "TEXT", Required = true };
        var by = new Option<string?>("--by") { Description = "Who orders it. Default: your user name.", HelpName = "NAME" };
        var identity = new Option<string>("--identity") { Description = "Who alone may publish; 'streams show' names the present one.", HelpName = "NAME", Required = true };
        var json = JsonOption();
        var command = new Command(verb, description) { key, why, by, json };
        if (verb == "pin")
        {
            command.Add(identity);
        }

        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var order = new OrderBody(parsed.GetValue(by) ?? UserName(), parsed.GetValue(why)!, verb == "pin" ? parsed.GetValue(identity) : null);
            var done = ApiClientSwitches.Take(await supervisor.OrderAsync(ApiClientSwitches.KeyOf(parsed, key), verb, order, cancellation));
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(done, ApiJson.Indented.OrderResult)
                : OutputTable.Plain(done.Text));
        }));
        return command;
    }

    /// <summary>Null where the system knows none: then the supervisor names the caller.</summary>
    private static string? UserName() => Environment.UserName is { Length: > 0 } name ? name : null;
}
