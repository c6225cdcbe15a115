namespace StreamSupervisor.Server.Hosting;

/// <summary><c>/</c>: one page of text for a person who has found the port. It says nothing that a stranger may not know.</summary>
internal static class FrontPage
{
    private const string Text = """
        StreamSupervisor decides who publishes each stream key of the SRS servers beside it, and removes the session that is in the way.

        /hooks/v1/TOKEN              where SRS posts its hooks (srs.conf, http_hooks)
        /heartbeat/v1/TOKEN          where SRS posts its heartbeat
        /ui                          the dashboard, for a browser
        /ui/manual                   the manual, in English and Chinese
        /ui/manual/alerts/NAME       what an alert means and what to do
        /api/v1/streams              who publishes what; /api/v1/origins, /api/v1/reasons
        /api/v1/registrations        where encoders announce themselves
        /api/v1/openapi.json         all of it for programs
        on the management port       /alive, /ready, /metrics, /cluster/members, /cluster/shards, /cluster/openapi.json

        From a terminal: streamsupervisor streams, streamsupervisor origins, streamsupervisor --help

        """;

    /// <param name="routes">Where it is mapped.</param>
    /// <param name="pages">Where a browser is sent, and the ports on which that is; null: nowhere.</param>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes, (string Address, IReadOnlySet<int> Ports)? pages) =>
        routes.MapGet("/", IResult (HttpContext call) =>
            pages is { } there && there.Ports.Contains(call.Connection.LocalPort)
            && call.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
                ? Results.Redirect(there.Address)
                : Results.Text(Text)).ExcludeFromDescription();

    /// <summary>
    /// HEAD is GET without the body: the routes need to know GET only, and the server drops the body since it knows what came in. So
    /// where a method is refused and GET is named as one that is not, HEAD is named too.
    /// </summary>
    public static void TakeHeadAsGet(WebApplication web)
    {
        web.Use(async (call, next) =>
        {
            if (HttpMethods.IsHead(call.Request.Method))
            {
                call.Request.Method = HttpMethods.Get;
            }

            await next(call);
            if (call.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false } refused
                && refused.Headers.Allow == HttpMethods.Get)
            {
                refused.Headers.Allow = "GET, HEAD";
            }
        });
        web.UseRouting();
    }
}
