using System.Globalization;
using System.Net;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Dashboard.Pages;
using StreamSupervisor.Server.Observability;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private const int AttemptsOfAPage = 50;

    /// <summary>Bytes of a form with the longest line in Chinese.</summary>
    private const int MaxQuestion = 24 * 1024;

    private static readonly Dictionary<string, ReasonView> Advices =
        Domain.LiveStreams.RefusalCatalog.All.Select(ReasonView.From).ToDictionary(reason => reason.Reason);

    /// <summary>
    /// What is searched for is posted, since a person may paste an address with its credential into it, and led to as an address without
    /// that. Who may only look posts it too, and it tells nothing: so it stands before the gate.
    /// </summary>
    private static void MapQuestions(RouteGroupBuilder group, DashboardPages pages)
    {
        group.MapPost("/why", async Task<IResult> (HttpContext call) =>
        {
            var form = await FormAsync(call, MaxQuestion);
            var range = form["range"].ToString();
            return Results.Redirect($"{pages.Root}/why" + PageQuery.Of(
                ("q", WhyQuestion.Of(form["q"]).Text), ("range", WhyList.Ranges.Contains(range) ? range : "")));
        });
        group.MapPost("/find", async Task<IResult> (HttpContext call) =>
            Results.Redirect(pages.Root + PlaceOf(WhyQuestion.Of((await FormAsync(call, MaxQuestion))["q"]))));
        group.MapPost("/audit", async Task<IResult> (HttpContext call) =>
        {
            var form = await FormAsync(call, MaxQuestion);
            return Results.Redirect($"{pages.Root}/audit" + PageQuery.Of(
                ("by", Short(form["by"].ToString().Trim())), ("q", KeyIn(WhyQuestion.Of(form["q"])))));
        });
    }

    /// <summary>Where the box in the head of the pages leads: to the streams of that name, or to the attempts of that client or
    /// address.</summary>
    private static string PlaceOf(WhyQuestion question) =>
        question.Terms.Count == 0 ? ""
        : question.Terms.Any(term => term.Kind == WhyTermKind.Key)
            || (!question.IsLine && !IPAddress.TryParse(question.Text, out _))
            ? PageQuery.Of(("state", AllStates), ("q", KeyIn(question)))
            : "/why" + PageQuery.Of(("q", question.Text));

    /// <summary>The stream that it is about; all of it where it names none.</summary>
    private static string KeyIn(WhyQuestion question) =>
        Short(question.Terms.FirstOrDefault(term => term.Kind == WhyTermKind.Key)?.Text ?? question.Text);

    /// <summary>No longer than a search takes.</summary>
    private static string Short(string text) => text.Length > ApiQuery.MaxText ? text[..ApiQuery.MaxText] : text;

    private static void MapWhy(RouteGroupBuilder group, ApiContext api, DashboardPages pages) =>
        group.MapGet("/why", Task<IResult> (HttpContext call) =>
            call.Request.Query.ContainsKey("client") ? AttemptAsync(api, pages, call) : WhyAsync(api, pages, call));

    private static async Task<IResult> WhyAsync(ApiContext api, DashboardPages pages, HttpContext call)
    {
        var query = call.Request.Query;
        var question = WhyQuestion.Of(query["q"]);
        var range = query.OneOf("range", WhyList.Ranges) ?? WhyList.StandardRange;
        var filter = new FeedFilter
        {
            Scope = ApiEndpoints.CallerOf(call).Scope, Kind = AttemptEntry.Kinds, Since = WhyList.SinceOf(range, api.Time.GetUtcNow()),
        };
        var list = new WhyList(question, null, range, [], null, null, !query.ContainsKey("cursor"));

        // An older page is about the term that found the newer one.
        var terms = int.TryParse(query.Text("term"), NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? question.Terms.Skip(place).Take(1) : question.Terms;
        foreach (var term in terms)
        {
            var wanted = term.Kind switch
            {
                WhyTermKind.Client => filter with { Client = term.Text },
                WhyTermKind.Address => filter with { Address = term.Text },
                _ => filter with { Q = term.Text },
            };
            var found = await ApiEndpoints.SearchAsync(
                api.Feed, wanted, ApiEndpoints.CursorOf(query), AttemptsOfAPage, call.RequestAborted);
            list = list with
            {
                FoundBy = found.Events.Count > 0 ? term : null, Attempts = [.. found.Events.Select(AttemptEntry.Of)], Next = found.Next,
                SearchedBackTo = found.SearchedBackTo,
            };
            if (found.Events.Count > 0)
            {
                break;
            }
        }

        return DashboardPages.Show<Why>(call, await pages.ContextAsync(call), new() { ["List"] = list });
    }

    private static async Task<IResult> AttemptAsync(ApiContext api, DashboardPages pages, HttpContext call)
    {
        var query = call.Request.Query;
        if (!StreamKey.TryParse(query.Text("key"), out var key) || query.Text("client") is not { } client)
        {
            throw new ApiProblemException(ApiProblem.BadField("key", "key: It is a stream key, app/stream or vhost/app/stream."));
        }

        ApiEndpoints.RequireInScope(call, key);
        var (explanation, problem) = await ApiEndpoints.ExplainAsync(api, call, key, client, query.Text("service"));
        return explanation is null
            ? new ProblemResult(problem!)
            : DashboardPages.Show<Attempt>(call, await pages.ContextAsync(call), new()
            {
                ["Explanation"] = explanation,
                ["Trace"] = TraceOf(explanation, call.RequestServices.GetRequiredService<SupervisorOptions>()),
                ["Advice"] = explanation.Reason is { } reason ? Advices.GetValueOrDefault(reason) : null,
            });
    }

    /// <summary>Where its trace is shown; null where there is none.</summary>
    private static string? TraceOf(Explanation explanation, SupervisorOptions options) => explanation.Attempt is { } by
        ? AttemptTrace.LinkOf(by.Origin, by.ClientId, options.Telemetry.Otlp, options.Dashboard.Links.Traces) : null;
}
