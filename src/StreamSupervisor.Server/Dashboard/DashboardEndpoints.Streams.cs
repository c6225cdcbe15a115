using System.Globalization;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private const int RowsOfAPage = 50;
    private const string AllStates = "all";

    /// <summary>What is kept as if it were a stream, and is none.</summary>
    private const string Reserved = StreamKey.ReservedVhost + "/";

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
            query.OneOf("state", [.. Enum.GetValues<LiveStreamPhase>().Select(Words.Of), AllStates]) ?? "",
            query.Text("q") ?? "",
            query.Text("origin") ?? "",
            query.OneOf("sort", ["changed"]) ?? "",
            query.Text("cursor", max: 4096) ?? "");
        var phase = asked.State is "" or AllStates ? (LiveStreamPhase?)null : Enum.Parse<LiveStreamPhase>(asked.State, ignoreCase: true);
        var isByChange = asked.Sort.Length > 0;
        var (after, before) = PlaceOf(query.Cursor() ?? "", isByChange);
        var rows = await api.Index.ListAsync(
            new StreamIndexQuery(
                after, RowsOfAPage + 1, phase, Null(asked.Origin), Null(asked.Q), asked.State.Length == 0, isByChange, before),
            call.RequestAborted);
        var (now, origins) = (api.Time.GetUtcNow(), api.Origins());
        var orphaned = new OrphanedSessions(origins);
        return new StreamList(
            asked,
            [.. rows.Take(RowsOfAPage).Where(row => !row.Key.StartsWith(Reserved, StringComparison.Ordinal)).Select(Show)],
            origins,
            rows.Count <= RowsOfAPage ? null : ApiQuery.ToCursor(
                (isByChange ? $"{rows[RowsOfAPage - 1].ChangedAt.ToUnixTimeMilliseconds()} " : "") + rows[RowsOfAPage - 1].Key));

        StreamView Show(StreamIndexRow row) => row.Summary is { } summary
            ? orphaned.Mark(StreamView.From(summary, now), now)
            : ApiEndpoints.Bare(row);
    }

    /// <summary>Where a page begins: behind a key, or behind a time and a key of that time.</summary>
    private static (string After, DateTimeOffset? Before) PlaceOf(string cursor, bool isByChange) =>
        !isByChange || cursor.Length == 0 ? (cursor, null)
        : cursor.Split(' ', 2) is [var at, var key] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && time < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? (key, DateTimeOffset.FromUnixTimeMilliseconds(time))
            : throw ApiQuery.BadCursor();

    private static string? Null(string text) => text.Length == 0 ? null : text;
}
