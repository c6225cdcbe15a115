namespace StreamSupervisor.Server.Api;

internal static partial class ApiEndpoints
{
    private static void MapOverview(RouteGroupBuilder group, ApiContext api) =>
        group.MapGet("/overview", Task<IResult> (HttpContext call) => OverviewAsync(api, call))
            .WithSummary("The whole cluster in numbers: streams, SRS nodes, members, what is wrong, and what was decided within a minute.")
            .Produces<OverviewView>().WithName("GetOverview").TakesQuery().Fails();

    private static async Task<IResult> OverviewAsync(ApiContext api, HttpContext call)
    {
        call.Request.Query.AllowOnly();
        return Json(await api.Overview.GetAsync(call.RequestAborted));
    }
}
