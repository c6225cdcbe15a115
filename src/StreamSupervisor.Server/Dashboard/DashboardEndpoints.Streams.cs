using System.Globalization;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private const int RowsOfAPage = 50;
    private const int ReadsOfAPage = 20;
    private const string AllStates = "all";

    /// <summary>What is listed beside the phases, by its word.</summary>
    private static readonly Dictionary<string, StreamMark> Marks =
        new() { ["locked"] = StreamMark.Locked, ["fight"] = StreamMark.Fought, ["wedged"] = StreamMark.Wedged };

    private static void MapStreams(RouteGroupBuilder group, ApiContext api, DashboardPages pages) =>
        group.MapGet("", Task<IResult> (HttpContext call) => StreamsAsync(api, pages, call));

    private static async Task<IResult> StreamsAsync(ApiContext api, DashboardPages pages, HttpContext call)
    {
        var list = await ListAsync(api, call);
        return DashboardPages.Show<Streams>(call, await pages.ContextAsync(call), new() { ["List"] = list });
    }

    private static async Task<StreamList> ListAsync(ApiContext api, HttpContext call)
    {
        var query = call.Request.Query;
        var asked = new StreamListQuery(
            query.OneOf("state", [.. Enum.GetValues<LiveStreamPhase>().Select(Words.Of), .. Marks.Keys, AllStates]) ?? "",
            query.Text("q") ?? "",
            query.Text("origin") ?? "",
            query.OneOf("sort", ["changed"]) ?? "",
            query.Text("cursor", max: 4096) ?? "");
        var mark = Marks.TryGetValue(asked.State, out var known) ? known : (StreamMark?)null;
        var phase = asked.State is "" or AllStates || mark is not null
            ? (LiveStreamPhase?)null : Enum.Parse<LiveStreamPhase>(asked.State, ignoreCase: true);
        var isByChange = asked.Sort.Length > 0;
        var (after, before) = PlaceOf(query.Cursor() ?? "", isByChange);
        var scope = ApiEndpoints.CallerOf(call).Scope;
        var (now, origins) = (api.Time.GetUtcNow(), api.Origins());
        var orphaned = new OrphanedSessions(origins);
        var (shown, isMore) = (new List<StreamView>(), true);

        // What is over by the mere passing of time stands in the index until its stream changes, so a page may need more than one reading.
        for (var reads = 0; isMore && shown.Count < RowsOfAPage && reads < ReadsOfAPage; reads++)
        {
            var rows = await api.Index.ListAsync(
                new StreamIndexQuery(
                    after, RowsOfAPage + 1, phase, Null(asked.Origin), Null(asked.Q), asked.State.Length == 0, isByChange, before, mark),
                call.RequestAborted);
            isMore = rows.Count > RowsOfAPage;
            foreach (var row in rows.Take(RowsOfAPage))
            {
                if (shown.Count == RowsOfAPage)
                {
                    isMore = true;
                    break;
                }

                (after, before) = (row.Key, isByChange ? row.ChangedAt : null);
                var view = row.Summary is { } summary ? orphaned.Mark(StreamView.From(summary, now), now) : ApiEndpoints.Bare(row);
                if ((mark is null || Has(view, mark.Value)) && scope.Has(view))
                {
                    shown.Add(view);
                }
            }
        }

        var next = before is { } changed ? $"{changed.ToUnixTimeMilliseconds()} {after}" : after;
        var columns = origins.Where(origin => scope.HasOrigin(origin.Name)).Select(scope.Cut).ToList();
        return new StreamList(asked, shown, columns, isMore ? ApiQuery.ToCursor(next) : null);
    }

    private static bool Has(StreamView stream, StreamMark mark) => mark switch
    {
        StreamMark.Locked => stream.Locked is not null,
        StreamMark.Wedged => stream.WedgedOn.Count > 0,
        _ => stream.CoolDownUntil is not null,
    };

    /// <summary>Where a page begins: behind a key, or behind a time and a key of that time.</summary>
    private static (string After, DateTimeOffset? Before) PlaceOf(string cursor, bool isByChange) =>
        !isByChange || cursor.Length == 0 ? (cursor, null)
        : cursor.Split(' ', 2) is [var at, var key] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && time < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? (key, DateTimeOffset.FromUnixTimeMilliseconds(time))
            : throw ApiQuery.BadCursor();

    private static string? Null(string text) => text.Length == 0 ? null : text;
}
