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
    /// <param name="operation"><c>Leave</c> or <c>Down</c>.</param>
    /// <param name="force">Insists.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ApiAnswer<ClusterOrderResult>> OrderMemberAsync(string address, string operation, bool force,
        CancellationToken cancellation) => SendAsync(
        new HttpRequestMessage(HttpMethod.Put, $"{ClusterEndpoints.Prefix}/members/{Uri.EscapeDataString(address)}")
        {
            Content = new FormUrlEncodedContent([new("operation", operation), new("force", force ? "true" : "false")]),
        },
        ClusterJson.Shared.ClusterOrderResult,
        cancellation);
}
