namespace StreamSupervisor.Server.Management;

/// <summary>Binds endpoints to the listener that they belong to.</summary>
public static class ListenerConventions
{
    /// <summary>
    /// These endpoints are only there for connections that came in on one of the ports; on others they are not found. The ports are read at
    /// each request, so they may be filled in once the listeners are bound.
    /// </summary>
    public static TBuilder OnListener<TBuilder>(this TBuilder builder, IReadOnlySet<int> ports)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(ports);

        // Not RequireHost: the Host header says what the caller wrote, the connection says where it came in.
        builder.Finally(endpoint =>
        {
            var inner = endpoint.RequestDelegate;
            endpoint.RequestDelegate = call =>
            {
                if (inner is not null && ports.Contains(call.Connection.LocalPort))
                {
                    return inner(call);
                }

                call.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            };
        });
        return builder;
    }
}
