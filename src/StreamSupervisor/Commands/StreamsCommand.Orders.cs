using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

internal static partial class StreamsCommand
{
    private static void AddOrders(Command streams, ApiClientSwitches switches)
    {
        streams.Add(CreateOrder(switches, "kick", "Remove the session that owns the stream."));
        streams.Add(CreateOrder(switches, "release", "Remove whatever SRS holds for the stream, on every node; or with --journal give a "
            + "stream whose journal cannot be read a way out."));
        streams.Add(CreateOrder(switches, "lock",
            "Let nobody start to publish, for a while or until it is unlocked; the present session stays."));
        streams.Add(CreateOrder(switches, "unlock", "End a lock and a pin."));
        streams.Add(CreateOrder(switches, "pin", "Let only one identity publish."));
    }

    private static Command CreateOrder(ApiClientSwitches switches, string verb, string description)
    {
        var key = ApiClientSwitches.KeyArgument();
        var why = new Option<string>("--why") { Description = "The reason, for those who read the timeline.", HelpName = "TEXT",
            Required = true };
        var by = new Option<string?>("--by") { Description = "Who orders it. Default: your user name.", HelpName = "NAME" };
        var identity = new Option<string>("--identity") { Description = "Who alone may publish; 'streams show' names the present one.",
            HelpName = "NAME", Required = true };
        var ifGeneration = new Option<long?>("--if-generation")
        {
            Description = "Only while the stream is at this generation, as 'streams' showed it: else it has changed hands since.",
            HelpName = "N",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would become of it." };
        var command = new Command(verb, description) { key, why, by, ifGeneration, dryRun };
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        if (verb == "pin")
        {
            command.Add(identity);
        }

        var journal = new Option<bool>("--journal")
        {
            Description = "End the quarantine of a stream whose journal cannot be read: it is read again, as after an upgrade or a repair "
                + "of the database.",
        };
        var anew = new Option<bool>("--anew")
        {
            Description = "With --journal: start anew behind what cannot be read. Lock and pin before it are kept; the rest of its past "
                + "is not used any more.",
        };
        var length = new Option<string?>("--for")
        {
            Description = "A duration such as 30m, 2h or 1d: then the lock ends by itself. Default: until it is unlocked.",
            HelpName = "DURATION",
        };
        if (verb == "lock")
        {
            command.Add(length);
        }

        if (verb == "release")
        {
            command.Add(journal);
            command.Add(anew);
        }

        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var (ofJournal, startAnew) = verb == "release" ? (parsed.GetValue(journal), parsed.GetValue(anew)) : (false, false);
            if (startAnew && !ofJournal)
            {
                throw new CommandException("--anew belongs to --journal: a stream whose journal can be read has nothing to start anew.",
                    ExitCodes.Usage);
            }

            var order = new OrderBody(parsed.GetValue(by) ?? ApiClientSwitches.UserName, parsed.GetValue(why)!, verb == "pin"
                ? parsed.GetValue(identity)
                : null,
                ofJournal ? true : null, startAnew ? true : null, parsed.GetValue(ifGeneration),
                parsed.GetValue(dryRun) ? true : null, verb == "lock" ? parsed.GetValue(length) : null);
            var done = ApiClientSwitches.Take(await supervisor.OrderAsync(ApiClientSwitches.KeyOf(parsed, key), verb, order, cancellation));
            if (format.IsJson(parsed))
            {
                parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(done, ApiJson.Indented.OrderResult));
            }

            // A lock that is there already is what was wanted. A kick without anybody to kick is not, and a mistyped key looks the same.
            if (!done.Changed && (verb == "kick" || ofJournal))
            {
                throw new CommandException(OutputTable.Plain(done.Text));
            }

            if (!format.IsJson(parsed))
            {
                parsed.InvocationConfiguration.Output.WriteLine(OutputTable.Plain(done.Text));
            }
        }));
        return command;
    }
}
