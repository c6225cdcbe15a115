using System.Net;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// Decides who may call the cluster endpoints. To look: whoever is on this machine, whoever calls from a network of
/// <c>management.allow</c>, and whoever has an API key. To change anything: exactly those who may change something over the API.
/// </summary>
internal sealed class ClusterCallers
{
    private static readonly ApiCaller Looker = new("network", ApiRole.Viewer, ApiScope.All);

    /// <summary>As if no keys were configured: a probe on this machine looks without one.</summary>
    private readonly ApiCallers _local = new(new ApiOptions());
    private readonly ApiCallers _api;
    private readonly List<IPNetwork> _allowed;

    public ClusterCallers(ApiCallers api, ManagementOptions management)
    {
        _api = api;
        _allowed = [.. management.Allow.Select(network => IPNetwork.Parse(network))];
    }

    /// <summary>Who it is, or why it is not answered.</summary>
    public (ApiCaller? Caller, ApiProblem? Problem) Identify(HttpContext call)
    {
        if (!HttpMethods.IsGet(call.Request.Method) && !HttpMethods.IsHead(call.Request.Method))
        {
            return _api.Identify(call);
        }

        var (caller, problem) = _local.Identify(call);
        if (caller is not null || problem!.Reason == Problems.CrossSite.Reason)
        {
            return (caller, problem);
        }

        if (call.Connection.RemoteIpAddress is { } address && IsAllowed(address))
        {
            return (Looker, null);
        }

        var (known, _) = _api.Identify(call);
        return known is not null ? (known, null) : (null, Problems.NetworkNotAllowed.Of(
            "The cluster is shown to callers on this machine, from the networks in management.allow, and to those who send an API key. "
            + "Add the caller's network to management.allow, or send 'Authorization: Bearer KEY'."));
    }

    private bool IsAllowed(IPAddress address)
    {
        // A listener on every address sees callers of IPv4 as ::ffff:10.0.0.1.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _allowed.Exists(network => network.Contains(plain) || network.Contains(address));
    }
}
