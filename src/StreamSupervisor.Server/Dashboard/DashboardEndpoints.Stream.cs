using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private const int EventsOfAPage = 100;

    private static void MapStream(RouteGroupBuilder group, ApiContext api, DashboardPages pages)
    {
        group.MapGet("/streams/{**path}", Task<IResult> (HttpContext call) => StreamAsync(api, pages, call));
        group.MapPost("/streams/{**path}", Task<IResult> (HttpContext call) => OrderAsync(api, pages, call));
    }

    private static async Task<IResult> StreamAsync(ApiContext api, DashboardPages pages, HttpContext call)
    {
        var (key, _) = StreamPath.Read(call, [], PrefixOf(call));
        ApiEndpoints.RequireInScope(call, key);
        var order = call.Request.Query.Text("order");
        return await StreamAsync(api, pages, call, key, StreamDetail.IsOrder(order) ? order : null, null, 200);
    }

    /// <summary>Carries out an order of a form, and leads back to the page of the stream, so that loading again orders nothing.</summary>
    private static async Task<IResult> OrderAsync(ApiContext api, DashboardPages pages, HttpContext call)
    {
        var (key, verb) = StreamPath.Read(call, OperatorOrder.Verbs, PrefixOf(call));
        if (verb is null)
        {
            return AllowedMethods.Answer(call, "A stream takes kick, release, lock, unlock and pin.");
        }

        ApiEndpoints.RequireInScope(call, key);
        var form = await FormAsync(call, OperatorOrder.MaxBody);
        var page = await pages.ContextAsync(call, StreamUrl.PathOf(StreamKeyView.From(key)));
        var (words, name) = (page.Words<OrderWords>(), StreamKeyView.From(key).ToString());
        if (verb == "release" && form["confirm"].ToString().Trim() != name)
        {
            return await StreamAsync(api, pages, call, key, verb, page.Words<AskWords>().NotConfirmed, StatusCodes.Status400BadRequest);
        }

        OperatorCommand order;
        try
        {
            order = OperatorOrder.CommandOf(OperatorOrder.Parse(BodyOf(form, verb), verb), verb, call.Features.Get<ApiCaller>()!);
        }
        catch (ApiProblemException wrong)
        {
            return await StreamAsync(api, pages, call, key, verb, wrong.Problem.Detail, wrong.Problem.Status);
        }

        var (done, problem) = await ApiEndpoints.OrderAsync(api, call, key, order, isDryRun: false);
        if (done is null)
        {
            var moved = problem!.Reason == Problems.GenerationMovedOn.Reason;
            return await StreamAsync(api, pages, call, key, null, moved ? words.Moved : problem.Detail, problem.Status);
        }

        PageNotice.Leave(call, pages.Root, $"{words.Names[verb]} {name}: {words.OutcomeOf(order, done)}");
        return Results.Redirect(StreamUrl.Of(page, StreamKeyView.From(key)));
    }

    private static async Task<IResult> StreamAsync(
        ApiContext api, DashboardPages pages, HttpContext call, StreamKey key, string? order, string? error, int status)
    {
        var (reply, problem) = await ApiEndpoints.AskAsync(api, call, key, GetState.Instance);
        if (reply is StateReply { State: var seen } && ApiEndpoints.CallerOf(call) is var caller
            && !caller.Scope.Has(StreamView.From(seen, api.Time.GetUtcNow())))
        {
            return new ProblemResult(ApiScope.Refusal(caller, key));
        }

        if (reply is not StateReply { State: var state } || ApiEndpoints.IsUntouched(state))
        {
            return new ProblemResult(reply is StateReply ? ApiEndpoints.NeverSeen(key) : problem ?? ApiEndpoints.Unexpected(reply));
        }

        var before = long.TryParse(call.Request.Query.Text("cursor"), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : long.MaxValue;
        var timeline = await ApiEndpoints.TimelineAsync(api, call, key, before, EventsOfAPage);
        var now = api.Time.GetUtcNow();
        var view = new OrphanedSessions(api.Origins()).Mark(StreamView.From(state, now), now);
        var page = await pages.ContextAsync(call, HttpMethods.IsPost(call.Request.Method) ? StreamUrl.PathOf(view.Key) : null);
        return DashboardPages.Show<Pages.Stream>(
            call,
            error is null ? page : page with { Notice = new Notice(error, IsError: true) },
            new() { ["Detail"] = new StreamDetail(view, timeline.Entries, timeline.Next, before == long.MaxValue, order) },
            status);
    }

    /// <summary>A form as the API's body of an order, so that both are read by the same rules.</summary>
    private static ReadOnlyMemory<byte> BodyOf(IFormCollection form, string verb)
    {
        var body = new Dictionary<string, object> { ["why"] = form["why"].ToString() };
        if (form["ifGeneration"].ToString() is { Length: > 0 } seen)
        {
            var isNumber = long.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out var generation);
            body["ifGeneration"] = isNumber ? generation : seen;
        }

        if (verb == "lock" && form["for"].ToString() is { Length: > 0 } length)
        {
            body["for"] = length;
        }

        if (verb == "pin")
        {
            body["identity"] = form["identity"].ToString();
        }

        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private static string PrefixOf(HttpContext call) => call.Request.PathBase + Prefix + StreamUrl.Prefix;
}
