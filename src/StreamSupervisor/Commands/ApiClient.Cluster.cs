using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Commands;

/// <content>The cluster endpoints, at the address for management.</content>
internal sealed partial class SupervisorApiClient
{
    public Task<ApiAnswer<ClusterMembersView>> ListMembersAsync(CancellationToken cancellation) =>
        GetAsync($"{ClusterEndpoints.Prefix}/members", ClusterJson.Shared.ClusterMembersView, cancellation);

    /// <param name="owner">Only those of this member; null for all.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ApiAnswer<ClusterShardsView>> ListShardsAsync(string? owner, CancellationToken cancellation) =>
        GetAsync($"{ClusterEndpoints.Prefix}/shards" + Query(("owner", owner)), ClusterJson.Shared.ClusterShardsView, cancellation);

    /// <param name="address">The member.</param>
    public Task<ApiAnswer<ClusterOrderResult>> OrderMemberAsync(string address, MemberOrder order, CancellationToken cancellation)
    {
        List<KeyValuePair<string, string>> form = [new("operation", order.Operation), new("force", order.Force ? "true" : "false")];
        if (order.Why is not null)
        {
            // A supervisor of an earlier version refuses what it does not know, so nothing is sent that was not asked for.
            form.Add(new("why", order.Why));
            if (ApiClientSwitches.UserName is { } by)
            {
                form.Add(new("by", by));
            }
        }

        return SendAsync(
            new HttpRequestMessage(HttpMethod.Put, $"{ClusterEndpoints.Prefix}/members/{Uri.EscapeDataString(address)}")
            {
                Content = new FormUrlEncodedContent(form),
            },
            ClusterJson.Shared.ClusterOrderResult,
            cancellation);
    }
}

/// <summary>What is asked of a member.</summary>
/// <param name="Operation"><c>Leave</c> or <c>Down</c>.</param>
/// <param name="Force">Insists.</param>
/// <param name="Why">What for; null: nothing is said of it.</param>
internal sealed record MemberOrder(string Operation, bool Force, string? Why);
