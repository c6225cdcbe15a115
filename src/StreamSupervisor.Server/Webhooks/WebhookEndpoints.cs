using System.Globalization;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Webhooks;

/// <summary><c>/api/v1/webhooks</c>: how the receivers do, from the rows that the sender keeps, so any member answers.</summary>
internal static class WebhookEndpoints
{
    private const int MaxWhy = 500;

    /// <summary>Maps the endpoints. Needs an <c>ILoggerFactory</c> among the services.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, WebhookTargets targets, WebhookStore store,
        EventFeed feed, NoticeStore notices, ApiCallers callers)
    {
        var services = endpoints.ServiceProvider;
        var gate = new ApiGate(callers.Identify, services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(gate.Dispose);
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Api.Orders");
        var view = new WebhookProgress(feed, notices);
        var group = endpoints.MapGroup($"{ApiEndpoints.Prefix}/webhooks").AddEndpointFilter(gate);
        group.MapGet("", Task<IResult> (HttpContext call) => ListAsync(targets.All, store, view, call))
            .WithSummary("Who is told what happens, how far each has heard, and what went wrong last.")
            .Produces<WebhookList>().WithName("ListWebhooks").TakesQuery().Fails();
        group.MapPost("/{webhook}/redeliver", Task<IResult> (HttpContext call, string webhook) =>
                RedeliverAsync(Find(targets.All, webhook), store, view, log, call))
            .WithSummary("Sends at once, also to a receiver that is parked; with after from another place on.")
            .Accepts<RedeliverBody>("application/json").Produces<WebhookView>().WithName("RedeliverWebhook").Fails(404, 413, 415);
        return group;
    }

    private static async Task<IResult> ListAsync(
        IReadOnlyList<WebhookTarget> targets, WebhookStore store, WebhookProgress progress, HttpContext call)
    {
        call.Request.Query.AllowOnly();
        var rows = (await store.AllAsync(call.RequestAborted)).ToDictionary(row => row.Id);
        var ends = await progress.EndsAsync(call.RequestAborted);
        var views = new List<WebhookView>();
        foreach (var target in targets)
        {
            views.Add(await progress.OfAsync(target, rows.GetValueOrDefault(target.Id), ends, call.RequestAborted));
        }

        return Results.Json(new WebhookList(views), WebhookJson.Shared.WebhookList);
    }

    private static async Task<IResult> RedeliverAsync(
        WebhookTarget target, WebhookStore store, WebhookProgress progress, ILogger log, HttpContext call)
    {
        call.Request.Query.AllowOnly();
        var body = await JsonBody.ReadAsync(call, WebhookJson.Shared.RedeliverBody);
        var why = body.Why is { Length: > 0 and <= MaxWhy } text && !text.Any(char.IsControl) ? text
            : throw Wrong("why", $"Say why in 1 to {MaxWhy} characters on one line; it is kept in the log.");
        var ends = await progress.EndsAsync(call.RequestAborted);
        var after = body.After is { } id ? PlaceOf(id, ends) : (WebhookPlace?)null;
        var row = await store.RedeliverAsync(
            target.Id, after is { IsNotice: false } place ? place.Ordering : null,
            after is { IsNotice: true } notice ? notice.Ordering : null, call.RequestAborted);
        var caller = call.Features.Get<ApiCaller>()!;
        log.LogInformation("{By} ordered redeliver of webhook {Name}{After}: {Outcome} Why: {Why}", caller.Name, target.Name,
            after is { } behind ? $" after {(behind.IsNotice ? "notice" : "event")} {behind.Ordering}" : "",
            row is null ? "nothing was ever sent to it." : "done.", why);
        return Results.Json(await progress.OfAsync(target, row, ends, call.RequestAborted), WebhookJson.Shared.WebhookView);
    }

    /// <summary>A place that is not written yet would leave out what is written until then.</summary>
    private static WebhookPlace PlaceOf(string id, WebhookEnds ends) =>
        WebhookPlace.Parse(id) is { } place && place.Ordering <= (place.IsNotice ? ends.Notices : ends.Journal)
            ? place
            : throw Wrong("after", "It is the id of a message (webhook-id), or of an event in the feed such as 1204.0; it goes on behind "
                + "it.");

    private static WebhookTarget Find(IReadOnlyList<WebhookTarget> targets, string webhook) =>
        targets.FirstOrDefault(target => target.Name == webhook
            || target.Number.ToString(CultureInfo.InvariantCulture) == webhook)
        ?? throw new ApiProblemException(Problems.WebhookUnknown.Of(
            $"There is none of this name or number. GET {ApiEndpoints.Prefix}/webhooks lists {targets.Count}."));

    private static ApiProblemException Wrong(string field, string detail) => new(ApiProblem.BadField(field, $"{field}: {detail}"));
}
