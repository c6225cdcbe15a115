using StreamSupervisor.Actors;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private static void MapTrouble(RouteGroupBuilder group, ApiContext api, DashboardPages pages)
    {
        group.MapGet("/trouble", (HttpContext call, SupervisorSystem system) => TroubleAsync(api, pages, call, system.Quarantine));
        group.MapPost("/trouble", Task<IResult> (HttpContext call) => ReleaseQuarantineAsync(api, pages, call));
    }

    private static async Task<IResult> TroubleAsync(ApiContext api, DashboardPages pages, HttpContext call, QuarantinedStreams quarantine)
    {
        var (now, scope) = (api.Time.GetUtcNow(), ApiEndpoints.CallerOf(call).Scope);
        var rows = await api.Index.TroubledAsync(TroubleList.Most, call.RequestAborted);

        // A cool-down lasts ten minutes at most, so what began it is not older.
        var told = await ApiEndpoints.SearchAsync(
            api.Feed, new FeedFilter { Scope = scope, Kind = TroubleList.Kinds, Since = now - TroubleList.FlapsSince },
            new FeedPlace(long.MaxValue, 0), TroubleList.Most, call.RequestAborted);
        return DashboardPages.Show<Trouble>(
            call, await pages.ContextAsync(call), new() { ["List"] = TroubleList.Of(rows, told, quarantine.All, now, scope) });
    }

    private static async Task<IResult> ReleaseQuarantineAsync(ApiContext api, DashboardPages pages, HttpContext call)
    {
        var form = await FormAsync(call);
        if (!StreamKey.TryParse(form["key"], out var key))
        {
            throw new ApiProblemException(ApiProblem.BadField("key", "key: It is no stream key."));
        }

        ApiEndpoints.RequireInScope(call, key);
        var startAnew = form["anew"] == "true";
        if (startAnew)
        {
            Confirm(pages, call, form, StreamKeyView.From(key).ToString());
        }

        var order = new ReleaseQuarantine(call.Features.Get<ApiCaller>()!.Name, WhyIn(pages, call, form), startAnew);
        var (done, problem) = await ApiEndpoints.OrderAsync(api, call, key, order, isDryRun: false);
        return done is null ? new ProblemResult(problem!) : Told(pages, call, form, done.Text);
    }
}
