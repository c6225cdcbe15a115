using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// Refuses calls to <c>/metrics</c> and <c>/cluster</c> that name this member as nobody who set it up would. The listener asks for no key,
/// and a browser that a page has led here by a name of its own would show the page everything. <c>/alive</c> and <c>/ready</c> answer to
/// any name: a probe that is refused takes the member out.
/// </summary>
internal sealed class KnownHosts : IEndpointFilter
{
    private readonly HashSet<string> _names;

    public KnownHosts(ClusterOptions cluster)
    {
        _names = new HashSet<string>([Environment.MachineName], StringComparer.OrdinalIgnoreCase);
        if (cluster.Name.Length > 0)
        {
            _names.Add(cluster.Name);
        }

        if (Uri.TryCreate(cluster.Advertise, UriKind.Absolute, out var advertised))
        {
            _names.Add(advertised.Host);
        }
    }

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (CallOrigin.IsForeignPage(request))
        {
            return new(new ProblemResult(Problems.CrossSite.Of("This call comes from a web page of another site.")));
        }

        // A probe of HTTP/1.0 names nobody, and no browser does that.
        return request.Host.Host.Length == 0 || CallOrigin.IsPlainHost(request) || _names.Contains(request.Host.Host)
            ? next(context)
            : new(new ProblemResult(Problems.HostUnknown.Of(
                $"Write this member as an address or as localhost, or as one of {string.Join(", ", _names.Order(StringComparer.Ordinal))} "
                + "(its machine, cluster.name and the host of cluster.advertise).")));
    }
}
