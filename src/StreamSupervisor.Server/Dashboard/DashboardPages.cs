using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Answers with pages: those that were asked for, and a page for each problem.</summary>
internal sealed class DashboardPages(PageFactory factory) : IEndpointFilter
{
    public string Root => factory.Root;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var call = context.HttpContext;
        DashboardHeaders.Set(call.Response);
        if (IsArrival(call.Request))
        {
            return await ArriveAsync(call);
        }

        if (!HttpMethods.IsGet(call.Request.Method) && CallOrigin.IsForeignPage(call.Request))
        {
            return await RefuseAsync(call, Problems.CrossSite.Of("This was sent by a web page of another site."));
        }

        try
        {
            var answer = await next(context);
            return answer is ProblemResult { Problem: var problem } ? await RefuseAsync(call, problem) : answer;
        }
        catch (ApiProblemException refused)
        {
            return await RefuseAsync(call, refused.Problem);
        }
    }

    /// <summary>A page of a component.</summary>
    /// <param name="call">The call.</param>
    /// <param name="page">What the page knows of it.</param>
    /// <param name="parameters">The other parameters of the component.</param>
    /// <param name="status">The status of the answer.</param>
    public static IResult Show<T>(HttpContext call, PageContext page, Dictionary<string, object?> parameters, int status = 200)
        where T : IComponent
    {
        call.Response.Headers.CacheControl = "no-store";
        parameters["Page"] = page;
        return new RazorComponentResult<T>(parameters) { StatusCode = status };
    }

    /// <summary>What every page needs to know of its call.</summary>
    public Task<PageContext> ContextAsync(HttpContext call, string? path = null) => factory.OfAsync(call, path);

    /// <summary>Words in the language of the caller, for an answer that is no page.</summary>
    public T Words<T>(HttpContext call)
        where T : IWords<T> => factory.Words<T>(call.Request);

    /// <summary>Leads back to the page that a form came from.</summary>
    public IResult Back(IFormCollection form, string query = "")
    {
        var to = DashboardEndpoints.PathIn(form);
        return Results.Redirect(Root + (to.Contains('?', StringComparison.Ordinal) ? to : to + query));
    }

    /// <summary>The page to sign in on, in the place of the one that was called.</summary>
    /// <param name="path">That page, from the root of the pages on; null: the one that was called.</param>
    public async Task<IResult> LoginAsync(HttpContext call, ApiProblem problem, string? path = null)
    {
        var page = await factory.OfAsync(call, path);
        var words = page.Words<LoginWords>();
        var why = problem.Reason == Problems.KeyWrong.Reason ? words.Wrong
            : problem.Reason != Problems.KeyMissing.Reason ? problem.Detail
            : call.Request.Query.ContainsKey("signed-in") ? words.NotKept : null;
        return Show<Login>(call, page, new() { ["Problem"] = why }, problem.Status);
    }

    private async Task<IResult> RefuseAsync(HttpContext call, ApiProblem problem)
    {
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            // Whatever session the browser has is none. Sent again and again it would count as guessing.
            if (call.Request.Cookies.ContainsKey(DashboardGate.Cookie))
            {
                DashboardGate.SignOut(call, Root);
            }

            return await LoginAsync(call, problem);
        }

        if (problem.RetryAfterMs is { } delay)
        {
            call.Response.Headers.RetryAfter = $"{Math.Max(1, (delay + 999) / 1000)}";
        }

        return Show<Refusal>(call, await factory.OfAsync(call), new() { ["Problem"] = problem }, problem.Status);
    }

    /// <summary>Whether a person follows a link of another site: to look, not to change.</summary>
    private static bool IsArrival(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site"
        && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";

    private async Task<IResult> ArriveAsync(HttpContext call)
    {
        // A browser that says so of our own page, too, would go round and round.
        var isOurs = Uri.TryCreate(call.Request.Headers.Referer, UriKind.Absolute, out var from)
            && from.Authority.Equals(call.Request.Host.Value, StringComparison.OrdinalIgnoreCase);
        return Show<Arrival>(call, await factory.OfAsync(call), new() { ["GoesOn"] = !isOurs });
    }
}
