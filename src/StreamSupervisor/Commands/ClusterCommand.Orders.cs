using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Commands;

/// <content>Sends a member away, or declares it dead.</content>
internal static partial class ClusterCommand
{
    private static Command CreateDrain(ApiClientSwitches switches)
    {
        var address = new Argument<string?>("address")
        {
            Description = "The member: its address, name or incarnation. Left out: the one that is asked (--server).", HelpName = "ADDRESS",
                Arity = ArgumentArity.ZeroOrOne,
        };
        var force = new Option<bool>("--force") { Description = "Also when it is the last member that answers." };
        var why = new Option<string?>("--why") { Description = "The reason, for those who read the audit.", HelpName = "TEXT" };
        var command = new Command("drain", "Let a member hand its shards over, leave and end. Refuses no publisher.") { address, force,
            why };
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var member = parsed.GetValue(address) ?? await SelfAsync(supervisor, cancellation);
            var order = new MemberOrder("Leave", parsed.GetValue(force), parsed.GetValue(why));
            var done = ApiClientSwitches.Take(await supervisor.OrderMemberAsync(member, order, cancellation));
            parsed.InvocationConfiguration.Output.WriteLine(format.IsJson(parsed)
                ? JsonSerializer.Serialize(done, ClusterJson.Indented.ClusterOrderResult)
                : OutputTable.Plain($"{done.Message}: its shards go to the others, then its process ends."));
        }));
        return command;
    }

    private static Command CreateDown(ApiClientSwitches switches)
    {
        var address = new Argument<string>("address")
        {
            Description = "The member: its address, name or incarnation.", HelpName = "ADDRESS",
        };
        var force = new Option<bool>("--force") { Description = "Also when the others hear it: it stops at once." };
        var why = new Option<string>("--why") { Description = "The reason, for those who read the audit.", HelpName = "TEXT",
            Required = true };
        var command = new Command("down", "Declare a member dead that does not answer: its shards go to the others at once.") { address,
            force, why };
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var order = new MemberOrder("Down", parsed.GetValue(force), parsed.GetValue(why));
            var done = ApiClientSwitches.Take(await supervisor.OrderMemberAsync(parsed.GetValue(address)!, order, cancellation));
            parsed.InvocationConfiguration.Output.WriteLine(format.IsJson(parsed)
                ? JsonSerializer.Serialize(done, ClusterJson.Indented.ClusterOrderResult)
                : OutputTable.Plain($"{done.Message}: its shards go to the others, and its process ends when it notices."));
        }));
        return command;
    }

    /// <summary>By its incarnation: a process that was started again at its address is not meant.</summary>
    private static async Task<string> SelfAsync(SupervisorApiClient supervisor, CancellationToken cancellation)
    {
        var cluster = ApiClientSwitches.Take(await supervisor.ListMembersAsync(cancellation));
        return cluster.Members.FirstOrDefault(member => member.Node == cluster.SelfNode)?.Incarnation.ToString()
            ?? throw new CommandException(
                "The member that answers has not found its cluster yet: nothing to drain. To end it, stop its process.");
    }
}
