using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Registrations;

namespace StreamSupervisor.Commands;

/// <content>Takes an SRS node out of the choice for new streams and back in, and has it looked at.</content>
internal static partial class OriginsCommand
{
    private static readonly TimeSpan LookWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(250);

    private static void AddOrders(Command origins, ApiClientSwitches switches)
    {
        origins.Add(CreateDrain(switches, "drain", "Give an SRS node no new streams; those that it has stay.", draining: true));
        origins.Add(CreateDrain(switches, "undrain", "Give it new streams again.", draining: false));
        origins.Add(CreateLook(switches));
    }

    private static Argument<string> NameArgument() =>
        new("name") { Description = "The SRS node by its configured name.", HelpName = "NAME" };

    private static Command CreateDrain(ApiClientSwitches switches, string verb, string description, bool draining)
    {
        var name = NameArgument();
        var why = new Option<string>("--why") { Description = "The reason, for those who read the audit.", HelpName = "TEXT",
            Required = true };
        var by = new Option<string?>("--by") { Description = "Who orders it. Default: your user name.", HelpName = "NAME" };
        var command = new Command(verb, description) { name, why, by };
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var order = new DrainRequest(draining, parsed.GetValue(why), parsed.GetValue(by) ?? ApiClientSwitches.UserName);
            var done = ApiClientSwitches.Take(await supervisor.DrainOriginAsync(parsed.GetValue(name)!, order, cancellation));
            parsed.InvocationConfiguration.Output.WriteLine(format.IsJson(parsed)
                ? JsonSerializer.Serialize(done, RegistrationJson.Shared.DrainAnswer)
                : OutputTable.Plain((done.Draining, done.Changed) switch
                {
                    (true, true) => $"{done.Name} gets no new streams. Those that it has stay.",
                    (true, false) => $"{done.Name} gets no new streams already.",
                    (false, true) => $"{done.Name} gets new streams again.",
                    (false, false) => $"{done.Name} gets new streams already.",
                }));
        }));
        return command;
    }

    private static Command CreateLook(ApiClientSwitches switches)
    {
        var name = NameArgument();
        var command = new Command("look", "Look at an SRS node now, and show what was found.") { name };
        var format = OutputSwitch.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var before = ApiClientSwitches.Take(await supervisor.LookAtOriginAsync(parsed.GetValue(name)!, cancellation));
            var now = await LookedAtAsync(supervisor, before, cancellation) ?? throw new CommandException(OutputTable.Plain(
                $"{before.Name} has not answered within {LookWithin.TotalSeconds:0} s{(before.Why is { } why ? $": {why}" : ".")}"));
            var output = parsed.InvocationConfiguration.Output;
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(now, ApiJson.Indented.OriginView));
            }
            else
            {
                Write([now], format.Of(parsed), output);
            }
        }));
        return command;
    }

    /// <summary>The node after the next look; null where it has not answered one.</summary>
    private static async Task<OriginView?> LookedAtAsync(
        SupervisorApiClient supervisor, OriginView before, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < LookWithin)
        {
            await Task.Delay(LookAgainAfter, TimeProvider.System, cancellation);
            var now = (await ReadAsync(supervisor, cancellation)).Find(origin => origin.Name == before.Name);
            if (now?.LastLook > (before.LastLook ?? DateTimeOffset.MinValue))
            {
                return now;
            }
        }

        return null;
    }
}
