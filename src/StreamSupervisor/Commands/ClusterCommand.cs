using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Commands;

/// <summary><c>cluster</c>: who is there, who owns what, and how one leaves.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var command = new Command("cluster", "Look at the members that stand in for each other, and send one away in good order.");
        var switches = ApiClientSwitches.AddManagementTo(command);
        command.Add(CreateMembers(switches));
        command.Add(CreateShards(switches));
        command.Add(CreateDrain(switches));
        return command;
    }

    private static Option<bool> JsonOption() => new("--json") { Description = "Machine-readable output." };

    /// <summary>Two beats and their answers; an older view is worth a word.</summary>
    private const double StaleMs = 5000;

    private static Command CreateMembers(ApiClientSwitches switches)
    {
        var json = JsonOption();
        var command = new Command("members", "List the members and how they are.") { json };
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var cluster = ApiClientSwitches.Take(await supervisor.ListMembersAsync(cancellation));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(cluster, ClusterJson.Indented.ClusterMembersView));
                return;
            }

            var table = new OutputTable("name", "node", "state", "shards", "beat", "incarnation", "notes");
            foreach (var member in cluster.Members)
            {
                table.Add(member.Name, member.Node, member.State, Number(member.Shards), Ago(member.BeatAgeMs),
                    member.Incarnation.ToString(),
                    string.Join(", ", NotesOf(member, cluster)));
            }

            foreach (var member in cluster.Ended)
            {
                table.Add(member.Name, member.Advertised, member.State, "", Ago(member.AgoMs), member.Incarnation.ToString(), member.Why);
            }

            table.Write(output);
            if (cluster.AgeMs is > StaleMs)
            {
                output.WriteLine($"The database has not answered this member for {cluster.AgeMs / 1000:0} s: this is how things were "
                    + "then.");
            }

            foreach (var (part, warning) in cluster.Warnings ?? new Dictionary<string, string>())
            {
                output.WriteLine(OutputTable.Plain($"Warning, {part}: {warning}"));
            }
        }));
        return command;
    }

    private static Command CreateShards(ApiClientSwitches switches)
    {
        var owner = new Option<string?>("--owner") { Description = "Only the shards of this member: its address, name or incarnation.",
            HelpName = "ADDRESS" };
        var json = JsonOption();
        var command = new Command("shards", "List the shards that are in memory, and where.") { owner, json };
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var map = ApiClientSwitches.Take(await supervisor.ListShardsAsync(parsed.GetValue(owner), cancellation));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(map, ClusterJson.Indented.ClusterShardsView));
                return;
            }

            var table = new OutputTable("shard", "owner", "node", "streams");
            foreach (var shard in map.Shards)
            {
                table.Add(Number(shard.ShardId), shard.OwnerName ?? "", shard.Node ?? "", Number(shard.NumEntities));
            }

            table.Write(output);
        }));
        return command;
    }

    private static Command CreateDrain(ApiClientSwitches switches)
    {
        var address = new Argument<string?>("address")
        {
            Description = "The member: its address, name or incarnation. Left out: the one that is asked (--server).", HelpName = "ADDRESS",
                Arity = ArgumentArity.ZeroOrOne,
        };
        var force = new Option<bool>("--force") { Description = "Also when it is the last member that answers." };
        var json = JsonOption();
        var command = new Command("drain", "Let a member hand its shards over, leave and end. Refuses no publisher.") { address,
            force, json };
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var member = parsed.GetValue(address) ?? await SelfAsync(supervisor, cancellation);
            var done = ApiClientSwitches.Take(await supervisor.OrderMemberAsync(member, "Leave", parsed.GetValue(force), cancellation));
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(done, ClusterJson.Indented.ClusterOrderResult)
                : OutputTable.Plain($"{done.Message}: its shards go to the others, then its process ends."));
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

    private static string Ago(double? milliseconds) =>
        milliseconds is { } age ? string.Create(CultureInfo.InvariantCulture, $"{age / 1000:0.0}s ago") : "";

    private static IEnumerable<string> NotesOf(ClusterMemberView member, ClusterMembersView cluster)
    {
        if (member.Node == cluster.SelfNode)
        {
            yield return "answers";
        }

        if (cluster.Unreachable.Any(one => one.Node == member.Node))
        {
            yield return "not heard";
        }

        if (!member.SessionHeld && member.BeatAgeMs is not null)
        {
            yield return "no session at the store";
        }
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
