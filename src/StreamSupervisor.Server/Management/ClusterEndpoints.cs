using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// The cluster for operators, <c>/cluster</c>, in the shape that users of Akka.Management know. What is looked at comes from this member's
/// memory and answers also while the store does not; what changes anything asks the store.
/// </summary>
internal static partial class ClusterEndpoints
{
    public const string Prefix = "/cluster";
    private const int StandardPage = 100;

    /// <summary>Maps the endpoints. Needs a <see cref="ClusterContext"/> among the services.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var cluster = services.GetRequiredService<ClusterContext>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Management");
        var gate = new ApiGate(new ClusterCallers(cluster.Api, cluster.Management).Identify, services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(gate.Dispose);

        var group = endpoints.MapGroup(Prefix).AddEndpointFilter(gate).ExcludeFromDescription();
        group.MapGet("/members", IResult (HttpContext call) => ListMembers(cluster, call));
        group.MapGet("/members/{**address}", IResult (HttpContext call, string address) => ShowMember(cluster, call, address));
        group.MapPut("/members/{**address}", Task<IResult> (HttpContext call, string address) => OrderAsync(cluster, logger, call, address));
        group.MapGet("/shards", IResult (HttpContext call) => ListShards(cluster, call));
        group.MapGet("/shards/{id}", IResult (HttpContext call, string id) => ShowShard(cluster, call, id));
        group.Map("/{**rest}", IResult (HttpContext call) => new ProblemResult(Problems.NoSuchCall.Of(
            $"There is no {call.Request.Method} for this path. GET {Prefix}/members and {Prefix}/shards look, PUT {Prefix}/members/ADDRESS with operation=Leave or Down changes.")));
        return group;
    }

    private static IResult ListMembers(ClusterContext cluster, HttpContext call)
    {
        call.Request.Query.AllowOnly();
        var members = cluster.Members;
        var oldest = members.OrderBy(member => member.Number).FirstOrDefault()?.Identity ?? cluster.Self;
        return Json(new ClusterMembersView(
            cluster.Self.BaseUrl,
            oldest.BaseUrl,
            [.. members.Where(member => member.LeaseExpired).Select(member => new UnreachableView(member.Identity.BaseUrl, [cluster.Self.BaseUrl]))],
            [.. members.Select(member => ClusterMemberView.Of(cluster, member))]));
    }

    private static IResult ShowMember(ClusterContext cluster, HttpContext call, string address)
    {
        call.Request.Query.AllowOnly();
        return Json(ClusterMemberView.Of(cluster, Find(cluster.Members, address)));
    }

    private static IResult ListShards(ClusterContext cluster, HttpContext call)
    {
        var query = call.Request.Query;
        query.AllowOnly("owner");
        var owner = query.Text("owner") is { } address ? Find(cluster.Members, address, "owner").Identity.Id : (Guid?)null;
        return Json(new ClusterShardsView(
            cluster.Self.BaseUrl,
            [.. cluster.Shards.Where(lease => owner is null || lease.Owner == owner).Select(lease => ClusterShardView.Of(cluster, lease))]));
    }

    private static IResult ShowShard(ClusterContext cluster, HttpContext call, string id)
    {
        call.Request.Query.AllowOnly("limit");
        var limit = call.Request.Query.Limit(StandardPage, cluster.Api.MaxPage);
        return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var shard) && shard < ShardMap.Shards
            ? Json(ClusterShardView.Of(cluster, cluster.Shards[shard], limit))
            : new ProblemResult(Problems.ShardUnknown.Of($"id: A shard is a number from 0 to {ShardMap.Shards - 1}.", "id"));
    }

    /// <summary>The member that people mean by an address: that where others reach it, with or without its scheme, its name, or its incarnation.</summary>
    /// <exception cref="ApiProblemException">There is none, or there are several.</exception>
    private static MemberSighting Find(IReadOnlyList<MemberSighting> members, string address, string field = "address")
    {
        var wanted = address.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).TrimEnd('/');
        var found = members.Where(member => Means(wanted, member.Identity)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ApiProblemException(Problems.MemberUnknown.Of(
                $"{field}: No member alive has this address, name or incarnation. There are {string.Join(", ", members.Select(member => $"{member.Identity.Name} ({member.Identity.BaseUrl})"))}.",
                field)),
            _ => throw new ApiProblemException(Problems.MemberAmbiguous.Of(
                $"{field}: Several members have it; name one by its incarnation: {string.Join(", ", found.Select(member => member.Identity.Id))}.", field)),
        };
    }

    private static bool Means(string wanted, MemberIdentity member) =>
        (Guid.TryParse(wanted, out var id) && id == member.Id)
        || string.Equals(wanted, member.BaseUrl, StringComparison.OrdinalIgnoreCase)
        || string.Equals(wanted, member.BaseUrl[(member.BaseUrl.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..], StringComparison.OrdinalIgnoreCase)
        || string.Equals(wanted, member.Name, StringComparison.OrdinalIgnoreCase);

    private static IResult Json<T>(T value) => Results.Json(value, (JsonTypeInfo<T>)ClusterJson.Shared.GetTypeInfo(typeof(T))!);
}
