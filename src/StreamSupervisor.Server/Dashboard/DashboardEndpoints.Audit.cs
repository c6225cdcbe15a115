using System.Text;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private const int OrdersOfAPage = 100;
    private const int OrdersOfASheet = 1000;

    private static void MapAudit(RouteGroupBuilder group, ApiContext api, DashboardPages pages)
    {
        group.MapGet("/audit", async Task<IResult> (HttpContext call) => DashboardPages.Show<Audit>(
            call, await pages.ContextAsync(call), new() { ["List"] = await OrdersAsync(api, call, OrdersOfAPage) }));
        group.MapGet("/audit.csv", async Task<IResult> (HttpContext call) =>
        {
            var sheet = await OrdersAsync(api, call, OrdersOfASheet);
            return Results.Text(sheet.ToCsv(pages.Words<AuditWords>(call)), "text/csv", Encoding.UTF8);
        });
    }

    private static async Task<AuditList> OrdersAsync(ApiContext api, HttpContext call, int limit)
    {
        var query = call.Request.Query;
        var (by, key) = (query.Text("by") ?? "", query.Text("q") ?? "");
        var found = await ApiEndpoints.SearchAsync(
            api.Feed, new FeedFilter { Kind = new HashSet<string> { FeedFilter.Orders }, By = Null(by), Q = Null(key) },
            ApiEndpoints.CursorOf(query), limit, call.RequestAborted);
        return new AuditList(by, key, found.Events, found.Next, found.SearchedBackTo);
    }
}
