using System.Net;
using System.Text.RegularExpressions;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.IntegrationTests.Journal;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Dashboard;

/// <summary>Twelve thousand streams, each with an order in the journal: pages stay small and lead everywhere, and a sheet is whole.</summary>
public sealed class ManyStreamsTests
{
    private const int Streams = 12_000;
    private const int RowsOfAPage = 50;

    [Fact]
    public async Task Pages_of_twelve_thousand_streams_do_not_grow_and_lead_to_each_of_them_and_the_sheet_of_orders_has_all()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        await platform.OrderAsync(KeyOf(0), "lock", "a test");
        await Eventually.HoldsAsync("the first is listed", async () => RowsOf((await pages.GetAsync("/ui")).Body).Count == 1);
        await CopyAsync(platform, 1, 60);
        var few = (await pages.GetAsync("/ui")).Body;
        await CopyAsync(platform, 61, Streams - 1);

        var first = (await pages.GetAsync("/ui")).Body;
        RowsOf(first).ShouldBe(Enumerable.Range(0, RowsOfAPage).Select(KeyOf));
        first.Length.ShouldBeLessThan(few.Length + 100, "but for the digits of its counts");

        List<string> seen = [];
        for (var next = "/ui"; next is not null; next = NextOf(seen, await pages.GetAsync(next)))
        {
        }

        seen.ShouldBe(Enumerable.Range(0, Streams).Select(KeyOf));
        List<string> changed = [];
        var second = NextOf(changed, await pages.GetAsync("/ui?sort=changed")).ShouldNotBeNull();
        NextOf(changed, await pages.GetAsync(second)).ShouldNotBeNull();
        changed.Distinct().Count().ShouldBe(2 * RowsOfAPage);

        RowsOf((await pages.GetAsync("/ui?q=cam11999")).Body).ShouldBe([KeyOf(11_999)]);
        RowsOf((await pages.GetAsync("/ui?state=locked&q=cam1199")).Body).Count.ShouldBe(10);
        RowsOf((await pages.GetAsync("/ui?state=wedged")).Body).ShouldBeEmpty();
        RowsOf((await pages.GetAsync("/ui?state=fight")).Body).ShouldBeEmpty();
        await Eventually.HoldsAsync("the filter says how many", async () => (await pages.GetAsync("/ui")).Body.Contains($"<b>{Streams}</b>", StringComparison.Ordinal));

        var sheet = (await pages.GetAsync("/ui/audit.csv")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        sheet.Length.ShouldBe(1 + Streams);
        sheet.Distinct().Count().ShouldBe(1 + Streams);
    }

    private static string KeyOf(int number) => $"live/cam{number:00000}";

    /// <summary>Copies the first stream, which is locked, as it stands in index and journal.</summary>
    private static Task CopyAsync(Platform platform, int from, int to) => StoreFixture.ExecuteAsync(new StoreLocation.Sqlite(platform.Database), $"""
        CREATE TEMP TABLE number AS WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) SELECT printf('cam%05d', i) AS name FROM n;
        INSERT INTO stream_index(key, sequence, state, origin, origins, since, generation, idle, open_work, wake_at, changed_at, summary)
          SELECT replace(key, 'cam00000', name), sequence, state, origin, origins, since, generation, idle, open_work, wake_at, changed_at,
            CAST(replace(CAST(summary AS TEXT), 'cam00000', name) AS BLOB)
          FROM stream_index, number WHERE key = '__defaultVhost__/live/cam00000';
        INSERT INTO event_journal(created, deleted, persistence_id, sequence_number, identifier, manifest, message)
          SELECT created, deleted, replace(persistence_id, 'cam00000', name), sequence_number, identifier, manifest, message
          FROM event_journal, number WHERE persistence_id = 'live-stream/__defaultVhost__/live/cam00000' AND sequence_number = 1;
        """);

    /// <summary>Adds the keys of a page; the address of the next one, null on the last.</summary>
    private static string? NextOf(List<string> seen, PageAnswer page)
    {
        seen.AddRange(RowsOf(page.Body));
        return Regex.Match(page.Body, "href=\"(?<to>[^\"]+)\" rel=\"next\"") is { Success: true } match ? WebUtility.HtmlDecode(match.Groups["to"].Value) : null;
    }

    private static List<string> RowsOf(string html) =>
        [.. Regex.Matches(html, "data-row><bdi>(?<key>[^<]*)</bdi>").Select(match => WebUtility.HtmlDecode(match.Groups["key"].Value))];
}
