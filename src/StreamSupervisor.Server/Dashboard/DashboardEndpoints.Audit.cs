using System.Text;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private const int OrdersOfAPage = 100;

    /// <summary>Orders of a sheet that are in memory at once.</summary>
    private const int OrdersOfAPart = 500;

    private static void MapAudit(RouteGroupBuilder group, ApiContext api, DashboardPages pages)
    {
        group.MapGet("/audit", async Task<IResult> (HttpContext call) =>
        {
            var asked = AuditOf(call.Request.Query);
            var found = await ApiEndpoints.SearchAsync(
                api.Feed, FilterOf(call, asked), ApiEndpoints.CursorOf(call.Request.Query), OrdersOfAPage, call.RequestAborted);
            var list = asked with { Orders = found.Events, Next = found.Next, SearchedBackTo = found.SearchedBackTo };
            return DashboardPages.Show<Audit>(call, await pages.ContextAsync(call), new() { ["List"] = list });
        });
        group.MapGet("/audit.csv", IResult (HttpContext call) =>
        {
            var (asked, from) = (AuditOf(call.Request.Query), ApiEndpoints.CursorOf(call.Request.Query));
            var words = pages.Words<AuditWords>(call);
            return Results.Stream(body => WriteSheetAsync(api, call, FilterOf(call, asked), from, words, body), "text/csv; charset=utf-8");
        });
    }

    private static AuditList AuditOf(IQueryCollection query) =>
        new(query.Text("by") ?? "", query.Text("q") ?? "", [], null, null, !query.ContainsKey("cursor"));

    private static FeedFilter FilterOf(HttpContext call, AuditList asked) =>
        new()
        {
            Scope = ApiEndpoints.CallerOf(call).Scope, Kind = new HashSet<string> { FeedFilter.Orders }, By = Null(asked.By),
            Q = Null(asked.Key),
        };

    /// <summary>Every order that the journal holds, part by part. A sheet that can't be read to its end is cut off: it does not look
    /// whole.</summary>
    private static async Task WriteSheetAsync(
        ApiContext api, HttpContext call, FeedFilter filter, FeedPlace from, AuditWords words, System.IO.Stream body)
    {
        await body.WriteAsync(Encoding.UTF8.GetBytes(AuditSheet.Head), call.RequestAborted);
        try
        {
            for (FeedPlace? place = from; place is { } before;)
            {
                var part = await ApiEndpoints.SearchAsync(api.Feed, filter, before, OrdersOfAPart, call.RequestAborted);
                await body.WriteAsync(Encoding.UTF8.GetBytes(AuditSheet.RowsOf(part.Events, words)), call.RequestAborted);
                await body.FlushAsync(call.RequestAborted);
                place = part.Next is { } next ? FeedPlace.Parse(ApiQuery.FromCursor(next)) : null;
            }
        }
        catch (StoreUnavailableException)
        {
            call.Abort();
        }
    }
}
