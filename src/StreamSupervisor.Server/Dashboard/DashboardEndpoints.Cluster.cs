using System.Globalization;
using StreamSupervisor.Actors;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private static void MapCluster(RouteGroupBuilder group, DashboardPages pages)
    {
        group.MapGet("/cluster", (HttpContext call, ClusterContext cluster) => ClusterAsync(cluster, pages, call));
        group.MapPost("/cluster", (HttpContext call, ClusterContext cluster) => OrderMemberAsync(cluster, pages, call));
    }

    private static async Task<IResult> ClusterAsync(ClusterContext cluster, DashboardPages pages, HttpContext call)
    {
        var report = ClusterEndpoints.Report(cluster);
        var shards = await ClusterEndpoints.ShardsOrNullAsync(cluster, call.RequestAborted);
        var opened = call.Request.Query.Text("shard") is { } text
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var shard) && shard < ShardView.Shards
                ? new OpenedShard(shard, await cluster.KeysOf(shard, call.RequestAborted))
                : null;
        return DashboardPages.Show<Cluster>(call, await pages.ContextAsync(call), new()
        {
            ["Members"] = ClusterMembersView.Of(report, shards, cluster.Warnings()),
            ["Field"] = shards is null
                ? null
                : ClusterField.Of([.. shards.Select(one => ClusterShardView.Of(one, report))], ShardView.Shards),
            ["Opened"] = opened,
            ["IsAlone"] = cluster.IsAlone,
        });
    }

    private static async Task<IResult> OrderMemberAsync(ClusterContext cluster, DashboardPages pages, HttpContext call)
    {
        var form = await FormAsync(call);
        var (member, isDown) = (form["member"].ToString(), form["order"] == "down");
        if (form["order"] != "leave" && !isDown)
        {
            return new ProblemResult(Problems.NoSuchCall.Of("A member leaves or is declared dead; there is no other order."));
        }

        var name = ClusterEndpoints.Find(ClusterEndpoints.Report(cluster), member).Name;
        if (isDown)
        {
            Confirm(pages, call, form, name);
        }

        var why = WhyIn(pages, call, form);
        var log = call.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Management");
        var answer = await ClusterEndpoints.CarryOutAsync(
            cluster, log, call.Features.Get<ApiCaller>()!, member, new ClusterOrder(isDown, form["force"] == "true", Why: why));
        var words = pages.Words<ClusterWords>(call);
        return answer is ProblemResult
            ? answer
            : Told(pages, call, form, string.Format(CultureInfo.InvariantCulture, isDown ? words.DownOrdered : words.LeaveOrdered, name));
    }
}
