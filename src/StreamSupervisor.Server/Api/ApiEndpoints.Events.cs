using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Server.Api;

internal static partial class ApiEndpoints
{
    private const string EventStream = "text/event-stream";

    /// <summary>The type of an event that says nothing but that the connection is good.</summary>
    private const string StillHere = "still-here";

    /// <summary>Rows that one call looks at for the events that it is asked for; the next page goes on behind them.</summary>
    private const int RowsOfACall = 10_000;
    private const int RowsOfARead = 500;

    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromMilliseconds(500);

    private static void MapEvents(RouteGroupBuilder group, ApiContext api)
    {
        group.MapGet("/events", Task<IResult> (HttpContext call) => EventsAsync(api, call))
            .WithSummary("What happened to all stream keys, newest first; with 'Accept: text/event-stream' as it happens.")
            .Produces<FeedPage>().WithName("ListEvents")
            .TakesQuery([
                .. FeedFilter.Parameters,
                new ApiParameter("after", "only with text/event-stream: what is behind this id, as Last-Event-ID"),
                ApiParameter.Limit,
                ApiParameter.Cursor,
            ])
            .Fails();
        group.MapGet("/attempts", Task<IResult> (HttpContext call) => AttemptsAsync(api, call))
            .WithSummary("Who asked to publish and what was answered, newest first: by address, client, encoder, identity, key or reason.")
            .Produces<AttemptPage>().WithName("ListAttempts")
            .TakesQuery(new ApiParameter("q", "an address, a client, an encoder, an identity, a part of a key, or a reason"),
                new ApiParameter("since", "nothing older than this time"), new ApiParameter("until", "nothing newer than this time"),
                ApiParameter.Limit, ApiParameter.Cursor)
            .Fails();
        group.MapGet("/me", IResult (HttpContext call) => Me(call))
            .WithSummary("Who calls, and what it may do.").Produces<CallerView>().WithName("GetCaller").TakesQuery().Fails();
    }

    internal static CallerView Of(ApiCaller caller) => new(
        caller.Name, ApiCaller.WordOf(caller.Role), Null(caller.Scope.Streams), Null(caller.Scope.Origins), caller.Expires);

    private static IReadOnlyList<string>? Null(IReadOnlyList<string> patterns) => patterns.Count == 0 ? null : patterns;

    private static IResult Me(HttpContext call)
    {
        call.Request.Query.AllowOnly();
        return Json(Of(CallerOf(call)));
    }

    private static async Task<IResult> EventsAsync(ApiContext api, HttpContext call)
    {
        var query = call.Request.Query;
        query.AllowOnly([.. FeedFilter.Parameters.Select(one => one.Name), "after", "limit", "cursor"]);
        var filter = FeedFilter.Of(call);
        if (call.Request.Headers.Accept.Any(accepted => accepted?.Contains(EventStream, StringComparison.OrdinalIgnoreCase) == true))
        {
            return await WatchAsync(api, call, filter);
        }

        var limit = query.Limit(StandardPage, api.Options.MaxPage);
        return Json(await SearchAsync(api.Feed, filter, CursorOf(query), limit, call.RequestAborted));
    }

    private static async Task<IResult> AttemptsAsync(ApiContext api, HttpContext call)
    {
        var query = call.Request.Query;
        query.AllowOnly("q", "since", "until", "limit", "cursor");
        var (limit, before) = (query.Limit(StandardPage, api.Options.MaxPage), CursorOf(query));
        var found = await SearchAsync(
            api.Feed, FeedFilter.Of(call) with { Kind = AttemptEntry.Kinds }, before, limit, call.RequestAborted);
        return Json(new AttemptPage([.. found.Events.Select(AttemptEntry.Of)], found.Next, found.SearchedBackTo));
    }

    internal static FeedPlace CursorOf(IQueryCollection query) =>
        query.Cursor() is { } cursor ? FeedPlace.Parse(cursor) ?? throw ApiQuery.BadCursor() : new FeedPlace(long.MaxValue, 0);

    internal static async Task<FeedPage> SearchAsync(
        EventFeed feed, FeedFilter filter, FeedPlace before, int limit, CancellationToken cancellation)
    {
        List<FeedEntry> found = [];
        DateTimeOffset? searchedBackTo = null;
        var place = before;
        for (var looked = 0; looked < RowsOfACall;)
        {
            // The row of the cursor may have events before it.
            var above = place is { Place: > 0 } ? place.Ordering + 1 : place.Ordering;
            var rows = await feed.ReadBackwardsAsync(above, RowsOfARead, cancellation);
            foreach (var row in rows)
            {
                if (row.WrittenAt < filter.Since)
                {
                    return new FeedPage(found, null, searchedBackTo);
                }

                searchedBackTo = row.WrittenAt;
                foreach (var (at, entry) in FeedPlace.Of(row).Reverse().Where(one => one.Place.IsBefore(before) && filter.Takes(one.Entry)))
                {
                    found.Add(entry);
                    if (found.Count == limit)
                    {
                        return new FeedPage(found, ApiQuery.ToCursor(at.ToString()), searchedBackTo);
                    }
                }

                place = new FeedPlace(row.Ordering, 0);
            }

            looked += rows.Count;
            if (rows.Count < RowsOfARead)
            {
                return new FeedPage(found, null, searchedBackTo);
            }
        }

        return new FeedPage(found, ApiQuery.ToCursor(place.ToString()), searchedBackTo);
    }

    private static async Task<IResult> WatchAsync(ApiContext api, HttpContext call, FeedFilter filter)
    {
        var id = call.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : call.Request.Query.Text("after");
        var after = id is null ? (FeedPlace?)null : FeedPlace.Parse(id)
            ?? throw new ApiProblemException(ApiProblem.BadField("after", "after: It is the id of an event, such as 1204.0."));
        if (after is { Ordering: var last } && last > await api.Feed.NewestAsync(call.RequestAborted))
        {
            // Of a journal that has gone back: there is no such place any more.
            after = null;
        }

        var watcher = api.Tail.Join();
        call.Response.RegisterForDispose(watcher);
        call.Response.Headers["X-Accel-Buffering"] = "no";
        var caller = CallerOf(call);
        return TypedResults.ServerSentEvents(WatchAsync(watcher, () => api.Callers.Knows(caller), filter, after, call.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> WatchAsync(
        FeedWatcher watcher, Func<bool> mayGoOn, FeedFilter filter, FeedPlace? after,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in watcher.RowsAsync(after?.Ordering - 1, cancellation))
        {
            if (!mayGoOn())
            {
                yield break;
            }

            if (row is null)
            {
                yield return new SseItem<string>("", StillHere) { ReconnectionInterval = ComeBackAfter };
                continue;
            }

            foreach (var (place, entry) in FeedPlace.Of(row))
            {
                if ((after is not { } seen || seen.IsBefore(place)) && filter.Takes(entry))
                {
                    yield return new SseItem<string>(JsonSerializer.Serialize(entry, ApiJson.Shared.FeedEntry)) { EventId = entry.Id };
                }
            }
        }
    }
}
