using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// The cluster for operators, <c>/cluster</c>, in the shape that users of Akka.Management know. What is looked at comes from this member's
/// memory and from the other members, and answers also while the store does not; what changes anything asks the store.
/// </summary>
internal static partial class ClusterEndpoints
{
    public const string Prefix = "/cluster";
    private const int StandardPage = 100;
    private static readonly ApiParameter Owner = new("owner", "only the shards of this member");

    /// <summary>Maps the endpoints. Needs a <see cref="ClusterContext"/> among the services.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var cluster = services.GetRequiredService<ClusterContext>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Management");
        var gate = new ApiGate(new ClusterCallers(cluster.Callers, cluster.Management).Identify,
            services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(gate.Dispose);

        var group = endpoints.MapGroup(Prefix).WithGroupName(ApiDocument.OfManagement);
        if (services.GetService<KnownHosts>() is { } hosts)
        {
            group.AddEndpointFilter(hosts);
        }

        group.AddEndpointFilter(gate);
        group.MapGet("/members", Task<IResult> (HttpContext call) => ListMembersAsync(cluster, call))
            .WithName("ListMembers").WithSummary("Who is in the cluster, and who left or died lately.").Produces<ClusterMembersView>()
                .Fails();
        group.MapGet("/members/{**address}", Task<IResult> (HttpContext call, string address) => ShowMemberAsync(cluster, call, address))
            .WithName("GetMember").WithSummary("One member.").Produces<ClusterMemberView>().Fails(404, 409);
        group.MapPut("/members/{**address}", Task<IResult> (HttpContext call, string address) => OrderAsync(cluster, logger, call, address))
            .WithName("OrderMember").WithSummary("Leave: it hands its shards over and its process ends. Down: it is declared dead.")
            .TakesQuery(new ApiParameter("operation", "Leave or Down; as a field of a form in the body too"), ApiParameter.Force,
                new ApiParameter("by", "who orders it, for the audit; the name of the API key when left out"),
                new ApiParameter("why", "what for, for the audit"))
            .Produces<ClusterOrderResult>().Fails(404, 409, 413, 415);
        group.MapDelete("/members/{**address}", Task<IResult> (HttpContext call, string address) => LeaveByDeleteAsync(cluster, logger,
            call, address))
            .WithName("RemoveMember").WithSummary("The same as the operation Leave.").TakesQuery(ApiParameter.Force)
                .Produces<ClusterOrderResult>().Fails(404, 409);
        group.MapGet("/shards", Task<IResult> (HttpContext call) => ListShardsAsync(cluster, call))
            .WithName("ListShards").WithSummary("Where the shards are.").TakesQuery(Owner)
            .Produces<ClusterShardsView>().Fails(404, 409);
        group.MapGet("/shards/{id}", Task<IResult> (HttpContext call, string id) => ShowShardAsync(cluster, call, id))
            .WithName("GetShard").WithSummary("One shard, with its stream keys where it is local.").TakesQuery(ApiParameter.Limit)
                .Produces<ClusterShardView>().Fails(404);
        ApiDocument.Map(group, ApiDocument.OfManagement);
        group.Map("/{**rest}", IResult (HttpContext call) => AllowedMethods.Answer(call,
            $"There is no {call.Request.Method} for this path. GET {Prefix}/members and {Prefix}/shards look, PUT "
            + $"{Prefix}/members/ADDRESS with operation=Leave or Down and DELETE (leave) change.")).ExcludeFromDescription();
        return group;
    }

    /// <summary>
    /// Maps what is looked at beside the API, for those who have an API key and do not reach the listener for management: the same answers.
    /// </summary>
    public static IEndpointConventionBuilder MapForReaders(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var cluster = services.GetRequiredService<ClusterContext>();
        var gate = new ApiGate(cluster.Callers.Identify, services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(gate.Dispose);

        var group = endpoints.MapGroup(ApiEndpoints.Prefix + Prefix).AddEndpointFilter(gate);
        group.MapGet("", Task<IResult> (HttpContext call) => ListMembersAsync(cluster, call))
            .WithName("GetCluster").WithSummary("Who is in the cluster, and who left or died lately.").Produces<ClusterMembersView>()
            .TakesQuery().Fails();
        group.MapGet("/shards", Task<IResult> (HttpContext call) => ListShardsAsync(cluster, call))
            .WithName("ListClusterShards").WithSummary("Where the shards are.").TakesQuery(Owner).Produces<ClusterShardsView>()
            .Fails(404, 409);
        return group;
    }

    private static async Task<IResult> ListMembersAsync(ClusterContext cluster, HttpContext call)
    {
        call.Request.Query.AllowOnly();
        return Json(ClusterMembersView.Of(Report(cluster), await ShardsOrNullAsync(cluster, call.RequestAborted), cluster.Warnings()));
    }

    private static async Task<IResult> ShowMemberAsync(ClusterContext cluster, HttpContext call, string address)
    {
        call.Request.Query.AllowOnly();
        return Json(ClusterMemberView.Of(Find(Report(cluster), address), await ShardsOrNullAsync(cluster, call.RequestAborted)));
    }

    private static async Task<IResult> ListShardsAsync(ClusterContext cluster, HttpContext call)
    {
        var query = call.Request.Query;
        query.AllowOnly("owner");
        var report = Report(cluster);
        var owner = query.Text("owner") is { } address ? Find(report, address, "owner").Address : null;
        var shards = await ShardsAsync(cluster, call.RequestAborted);
        return Json(new ClusterShardsView(
            report.Members.FirstOrDefault(member => member.IsSelf)?.Address,
            [.. shards.Where(shard => owner is null || shard.Address == owner).Select(shard => ClusterShardView.Of(shard, report))]));
    }

    private static async Task<IResult> ShowShardAsync(ClusterContext cluster, HttpContext call, string id)
    {
        call.Request.Query.AllowOnly("limit");
        var limit = call.Request.Query.Limit(StandardPage, cluster.Api.MaxPage);
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var shard) || shard >= ShardView.Shards)
        {
            return new ProblemResult(Problems.ShardUnknown.Of($"id: A shard is a number from 0 to {ShardView.Shards - 1}.", "id"));
        }

        var found = (await ShardsAsync(cluster, call.RequestAborted)).FirstOrDefault(one => one.Shard == shard);
        return found is null
            ? Json(new ClusterShardView(shard, 0, null, null, Local: false))
            : Json(ClusterShardView.Of(found, Report(cluster)).With(await cluster.KeysOf(shard, call.RequestAborted), limit));
    }

    /// <summary>The cluster as this member sees it; a member that ends may not have one any more.</summary>
    internal static MembershipReport Report(ClusterContext cluster)
    {
        try
        {
            return cluster.Report();
        }
        catch (Exception ended) when (ended is not OperationCanceledException)
        {
            throw Ending(ended);
        }
    }

    private static async Task<IReadOnlyList<ShardSighting>> ShardsAsync(ClusterContext cluster, CancellationToken cancellation)
    {
        try
        {
            return await cluster.Shards(cancellation);
        }
        catch (Exception ended) when (!cancellation.IsCancellationRequested)
        {
            throw Ending(ended);
        }
    }

    /// <summary>Members are listed by the database: they are known though the shards are not, as on a member that was condemned.</summary>
    internal static async Task<IReadOnlyList<ShardSighting>?> ShardsOrNullAsync(ClusterContext cluster, CancellationToken cancellation)
    {
        try
        {
            return await ShardsAsync(cluster, cancellation);
        }
        catch (ApiProblemException)
        {
            return null;
        }
    }

    private static ApiProblemException Ending(Exception why) => new(Problems.MemberEnding.Of(
        $"The actors of this member have ended or do not answer ({why.Message.TrimEnd('.')}). Ask another member."));

    /// <summary>The member that people mean by an address: in Akka's words, host and port, its name, or its incarnation.</summary>
    /// <exception cref="ApiProblemException">There is none, or there are several.</exception>
    internal static MemberSighting Find(MembershipReport report, string address, string field = "address")
    {
        var wanted = address.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).TrimEnd('/');
        var found = report.Members.Where(member => Means(wanted, member)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ApiProblemException(Problems.MemberUnknown.Of(
                $"{field}: No member alive has this address, name or incarnation. There are "
                + $"{string.Join(", ", report.Members.Select(member => $"{member.Name} ({member.Advertised})"))}.", field)),
            _ => throw new ApiProblemException(Problems.MemberAmbiguous.Of(
                $"{field}: Several members have it; name one by its incarnation: "
                    + $"{string.Join(", ", found.Select(member => member.Incarnation))}.", field)),
        };
    }

    private static bool Means(string wanted, MemberSighting member)
    {
        var scheme = wanted.IndexOf("://", StringComparison.Ordinal);
        var bare = scheme < 0 ? wanted : wanted[(scheme + 3)..];
        return (Guid.TryParse(wanted, out var id) && id == member.Incarnation)
            || new[] { member.Address, member.Advertised, member.Name }.Any(name =>
                name.Length > 0 && (string.Equals(wanted, name, StringComparison.OrdinalIgnoreCase)
                    || string.Equals(bare, name, StringComparison.OrdinalIgnoreCase)));
    }

    private static IResult Json<T>(T value) => Results.Json(value, (JsonTypeInfo<T>)ClusterJson.Shared.GetTypeInfo(typeof(T))!);
}
