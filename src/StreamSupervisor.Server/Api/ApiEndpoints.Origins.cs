using System.Text.Json.Serialization.Metadata;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

internal static partial class ApiEndpoints
{
    private static void MapOrigins(RouteGroupBuilder group, ApiContext api)
    {
        group.MapGet("/origins", Task<IResult> (HttpContext call) => ListOriginsAsync(api, call))
            .WithSummary("The SRS nodes, in the order of their names.").Produces<OriginPage>().WithName("ListOrigins")
                .TakesQuery(ApiParameter.Limit, ApiParameter.Cursor).Fails();
        group.MapPost("/origins/{name}/look", IResult (HttpContext call, string name) => Look(api, call, name))
            .WithSummary("Looks at an SRS node as soon as it can bear it; lastLook and state of the list show what became of it.")
            .Produces<OriginView>(StatusCodes.Status202Accepted).WithName("LookAtOrigin").TakesQuery().Fails(404);
        group.MapGet("/reasons", IResult (HttpContext call) => ListReasons(call))
            .WithSummary("Every reason for a refusal.").Produces<ReasonList>().WithName("ListReasons").Fails();
    }

    private static async Task<IResult> ListOriginsAsync(ApiContext api, HttpContext call)
    {
        var query = call.Request.Query;
        query.AllowOnly("limit", "cursor");
        var limit = query.Limit(StandardPage, api.Options.MaxPage);
        var after = query.Cursor() ?? "";
        var scope = CallerOf(call).Scope;
        var rows = api.Origins().Where(origin => string.CompareOrdinal(origin.Name, after) > 0 && scope.HasOrigin(origin.Name))
            .OrderBy(origin => origin.Name, StringComparer.Ordinal)
            .Take(limit + 1).ToList();
        var drained = await api.Drained();
        return Json(new OriginPage(
            [.. rows.Take(limit).Select(origin => scope.Cut(origin with { Draining = drained.Contains(origin.Name) }))],
            rows.Count > limit ? ApiQuery.ToCursor(rows[limit - 1].Name) : null));
    }

    private static IResult Look(ApiContext api, HttpContext call, string name)
    {
        call.Request.Query.AllowOnly();
        if (api.Origins().FirstOrDefault(one => one.Name == name) is not { } origin)
        {
            return Problem(Problems.NoSuchCall.Of(
                $"There is no origin '{(name.Length > 100 ? name[..100] : name)}'; GET {Prefix}/origins lists them."));
        }

        if (CallerOf(call) is var caller && !caller.Scope.MayOrderOrigin(name))
        {
            return Problem(ApiScope.Refusal(caller, $"the server {name}"));
        }

        api.LookSoon(name);
        return Json(origin, StatusCodes.Status202Accepted);
    }

    private static IResult ListReasons(HttpContext call)
    {
        call.Request.Query.AllowOnly();
        return Json(new ReasonList([.. RefusalCatalog.All.Select(ReasonView.From)]));
    }

    private static IResult Json<T>(T value, int? status = null) =>
        Results.Json(value, (JsonTypeInfo<T>)ApiJson.Shared.GetTypeInfo(typeof(T))!, statusCode: status);
}
