using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing.Template;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// Answers calls that fit no route: 405 with <c>Allow</c> where the path is there for other methods, else 404. ASP.NET does it too, but not
/// where a catch-all stands behind the routes, and without one a stranger would hear of paths before he is asked for a key.
/// </summary>
internal static class AllowedMethods
{
    /// <param name="nothing">The sentence where there is no such path.</param>
    public static IResult Answer(HttpContext call, string nothing)
    {
        var routes = call.RequestServices.GetRequiredService<EndpointDataSource>();
        var allowed = Of(routes, call.Request.Path);
        if (allowed.Count == 0)
        {
            return new ProblemResult(Problems.NoSuchCall.Of(nothing));
        }

        if (BodyOf(routes, call) is { } body)
        {
            // ASP.NET leaves out a route that takes another kind of body, and so the call ends here.
            return new ProblemResult(Problems.NotJson.Of($"Send the body as 'Content-Type: {body}'."));
        }

        call.Response.Headers.Allow = string.Join(", ", allowed);
        return new ProblemResult(Problems.WrongMethod.Of($"This path takes {string.Join(", ", allowed)}, not {call.Request.Method}."));
    }

    /// <summary>The kind of body that the path takes by this method; null where it takes no such method, or any body.</summary>
    private static string? BodyOf(EndpointDataSource routes, HttpContext call) => routes.Endpoints.OfType<RouteEndpoint>()
        .Where(route => route.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods: var methods }
            && methods.Contains(call.Request.Method)
            && IsNoCatchAll(route) && Matches(route, call.Request.Path))
        .Select(route => route.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0])
        .FirstOrDefault();

    private static SortedSet<string> Of(EndpointDataSource routes, PathString path)
    {
        var allowed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var route in routes.Endpoints.OfType<RouteEndpoint>())
        {
            if (route.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods: var methods } && IsNoCatchAll(route)
                && Matches(route, path))
            {
                allowed.UnionWith(methods);
            }
        }

        if (allowed.Contains(HttpMethods.Get))
        {
            allowed.Add(HttpMethods.Head);
        }

        return allowed;
    }

    /// <summary>One that takes whole paths says nothing of what is there; but one with a name before it does.</summary>
    private static bool IsNoCatchAll(RouteEndpoint route) =>
        !route.RoutePattern.Parameters.Any(part => part.IsCatchAll && part.Name is "path" or "rest");

    private static bool Matches(RouteEndpoint route, PathString path) =>
        new TemplateMatcher(new RouteTemplate(route.RoutePattern), new RouteValueDictionary()).TryMatch(path, new RouteValueDictionary());
}
