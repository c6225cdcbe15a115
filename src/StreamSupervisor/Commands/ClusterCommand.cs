using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Commands;

/// <summary><c>cluster</c>: who is there, who owns what, and how one leaves.</summary>
internal static partial class ClusterCommand
{
    public static Command Create()
    {
        var command = new Command("cluster", "Look at the members that stand in for each other, and send one away in good order.");
        var switches = ApiClientSwitches.AddManagementTo(command);
        command.Add(CreateMembers(switches));
        command.Add(CreateShards(switches));
        command.Add(CreateDrain(switches));
        command.Add(CreateDown(switches));
        return command;
    }

    /// <summary>Two beats and their answers; an older view is worth a word.</summary>
    private const double StaleMs = 5000;

    private static Command CreateMembers(ApiClientSwitches switches)
    {
        var command = new Command("members", "List the members and how they are.");
        var format = OutputSwitch.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var cluster = ApiClientSwitches.Take(await supervisor.ListMembersAsync(cancellation));
            var output = parsed.InvocationConfiguration.Output;
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(cluster, ClusterJson.Indented.ClusterMembersView));
                return;
            }

            var table = new OutputTable("name", "node", "state", "shards", "beat", "incarnation", "notes")
            {
                Wide = ["advertised", "akka", "roles"],
            };
            foreach (var member in cluster.Members)
            {
                table.Add(member.Name, member.Node, member.State, Number(member.Shards), Ago(member.BeatAgeMs),
                    member.Incarnation.ToString(),
                    string.Join(", ", NotesOf(member, cluster)), member.Advertised ?? "", member.Status, string.Join(' ', member.Roles));
            }

            foreach (var member in cluster.Ended)
            {
                table.Add(member.Name, member.Advertised, member.State, "", Ago(member.AgoMs), member.Incarnation.ToString(), member.Why,
                    member.Advertised, "", "");
            }

            table.Write(output, format.Of(parsed));
            if (format.Of(parsed) == OutputFormat.Name)
            {
                return;
            }

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
        var command = new Command("shards", "List the shards that are in memory, and where.") { owner };
        var format = OutputSwitch.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var map = ApiClientSwitches.Take(await supervisor.ListShardsAsync(parsed.GetValue(owner), cancellation));
            var output = parsed.InvocationConfiguration.Output;
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(map, ClusterJson.Indented.ClusterShardsView));
                return;
            }

            var table = new OutputTable("shard", "owner", "node", "streams");
            foreach (var shard in map.Shards)
            {
                table.Add(Number(shard.ShardId), shard.OwnerName ?? "", shard.Node ?? "", Number(shard.NumEntities));
            }

            table.Write(output, format.Of(parsed));
        }));
        return command;
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
