using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Webhooks;

/// <summary><c>/api/v1/webhooks</c>: how the receivers do, from the rows that the sender keeps, so any member answers.</summary>
internal static class WebhookEndpoints
{
    private const int MaxBody = 4 * 1024;
    private const int MaxWhy = 500;

    /// <summary>Maps the endpoints. Needs an <c>ILoggerFactory</c> among the services.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, IReadOnlyList<WebhookTarget> targets, WebhookStore store,
        EventFeed feed, ApiOptions api)
    {
        var services = endpoints.ServiceProvider;
        var gate = new ApiGate(new ApiCallers(api).Identify, services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(gate.Dispose);
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Api.Orders");
        var group = endpoints.MapGroup($"{ApiEndpoints.Prefix}/webhooks").AddEndpointFilter(gate);
        group.MapGet("", Task<IResult> (HttpContext call) => ListAsync(targets, store, feed, call))
            .WithSummary("Who is told what happens, how far each has heard, and what went wrong last.")
            .Produces<WebhookList>().WithName("ListWebhooks").TakesQuery().Fails();
        group.MapPost("/{webhook}/redeliver", Task<IResult> (HttpContext call, string webhook) =>
                RedeliverAsync(Find(targets, webhook), store, feed, log, call))
            .WithSummary("Sends at once, also to a receiver that is parked; with after from another place on.")
            .Accepts<RedeliverBody>("application/json").Produces<WebhookView>().WithName("RedeliverWebhook").Fails(404, 413, 415);
        return group;
    }

    private static async Task<IResult> ListAsync(
        IReadOnlyList<WebhookTarget> targets, WebhookStore store, EventFeed feed, HttpContext call)
    {
        call.Request.Query.AllowOnly();
        var rows = (await store.AllAsync(call.RequestAborted)).ToDictionary(row => row.Id);
        var newest = await feed.NewestAsync(call.RequestAborted);
        var views = new List<WebhookView>();
        foreach (var target in targets)
        {
            views.Add(await ViewAsync(target, rows.GetValueOrDefault(target.Id), newest, feed, call.RequestAborted));
        }

        return Results.Json(new WebhookList(views), WebhookJson.Shared.WebhookList);
    }

    private static async Task<IResult> RedeliverAsync(
        WebhookTarget target, WebhookStore store, EventFeed feed, ILogger log, HttpContext call)
    {
        call.Request.Query.AllowOnly();
        var body = await ReadAsync(call);
        var why = body.Why is { Length: > 0 and <= MaxWhy } text && !text.Any(char.IsControl) ? text
            : throw Wrong("why", $"Say why in 1 to {MaxWhy} characters on one line; it is kept in the log.");
        var newest = await feed.NewestAsync(call.RequestAborted);
        long? after = body.After is not { } id ? null
            : FeedPlace.Parse(id) is { } place && place.Ordering <= newest ? place.Ordering
            : throw Wrong("after", "It is the id of an event in the feed, such as 1204.0; it goes on behind that row of the journal.");
        var row = await store.RedeliverAsync(target.Id, after, call.RequestAborted);
        var caller = call.Features.Get<ApiCaller>()!;
        log.LogInformation("{By} ordered redeliver of webhook {Name}{After}: {Outcome} Why: {Why}", caller.Name, target.Name,
            after is null ? "" : $" after {after}", row is null ? "nothing was ever sent to it." : "done.", why);
        return Results.Json(await ViewAsync(target, row, newest, feed, call.RequestAborted), WebhookJson.Shared.WebhookView);
    }

    private static async Task<WebhookView> ViewAsync(
        WebhookTarget target, WebhookRow? row, long newest, EventFeed feed, CancellationToken cancellation)
    {
        var waiting = row is null ? [] : await feed.ReadForwardsAsync(row.Journal, 1, cancellation);
        return WebhookView.From(target, row, newest, waiting is [var oldest] ? oldest.WrittenAt : null);
    }

    private static WebhookTarget Find(IReadOnlyList<WebhookTarget> targets, string webhook) =>
        targets.FirstOrDefault(target => target.Name == webhook
            || target.Number.ToString(CultureInfo.InvariantCulture) == webhook)
        ?? throw new ApiProblemException(Problems.WebhookUnknown.Of(
            $"There is none of this name or number. GET {ApiEndpoints.Prefix}/webhooks lists {targets.Count}."));

    private static async Task<RedeliverBody> ReadAsync(HttpContext call)
    {
        // A page of another site can send a form or plain text without asking first, but never JSON.
        if (call.Request.ContentType?.Split(';', 2)[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ApiProblemException(Problems.NotJson.Of("Send the body as 'Content-Type: application/json'."));
        }

        var buffer = new byte[MaxBody + 1];
        var read = call.Request.ContentLength > MaxBody
            ? buffer.Length
            : await call.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, call.RequestAborted);
        if (read > MaxBody)
        {
            throw new ApiProblemException(Problems.BodyTooLarge.Of($"An order has at most {MaxBody / 1024} KB."));
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.AsSpan(0, read), WebhookJson.Shared.RedeliverBody)
                ?? throw new ApiProblemException(Problems.BadJson.Of(Example));
        }
        catch (JsonException)
        {
            throw new ApiProblemException(Problems.BadJson.Of($"It is malformed, or holds another field. {Example}"));
        }
    }

    private const string Example = """Send {"why":"…"}, and "after":"1204.0" to go on behind that event.""";

    private static ApiProblemException Wrong(string field, string detail) => new(ApiProblem.BadField(field, $"{field}: {detail}"));
}
