using System.Net.ServerSentEvents;
using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Api;

public class EventsApiTests
{
    private static readonly StreamKey Cam2 = StreamKey.Parse("live/cam2");
    private static readonly AttemptRefused Refused =
        new(Given.At(3000), Given.By("cam2aaaa", "srs-2"), 0, RefusalReason.Locked, null, AskedIn.OnPublish, Given.At(3000));
    private static readonly KeyLocked Locked = new(Given.At(2000), "ops", "a rehearsal");

    [Fact]
    public async Task The_feed_has_the_events_of_all_keys_newest_first()
    {
        await using var server = await ServerAsync();

        var (_, page) = await server.GetAsync("/api/v1/events?limit=3");

        Kinds(page).ShouldBe(["attempt-refused", "key-locked", "publisher-confirmed"]);
        page.GetProperty("events")[0].GetProperty("key").GetProperty("stream").GetString().ShouldBe("cam2");
        page.GetProperty("events")[2].GetProperty("key").GetProperty("stream").GetString().ShouldBe("cam1");
        page.GetProperty("events")[0].GetProperty("id").GetString().ShouldBe("10.0");
        page.GetProperty("searchedBackTo").GetDateTimeOffset().ShouldBe(Given.Takeover()[^1].At);
    }

    [Fact]
    public async Task Pages_go_on_where_the_one_before_ended_and_leave_nothing_out()
    {
        await using var server = await ServerAsync();

        List<string> ids = [];
        var cursor = "";
        do
        {
            var (_, page) = await server.GetAsync($"/api/v1/events?limit=3{cursor}");
            ids.AddRange(page.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("id").GetString()!));
            cursor = page.TryGetProperty("next", out var next) ? $"&cursor={next.GetString()}" : "";
        }
        while (cursor.Length > 0);

        ids.ShouldBe(["10.0", "9.0", "8.0", "7.0", "6.0", "5.0", "4.0", "3.0", "2.0", "1.0"]);
    }

    [Theory]
    [InlineData("key=live/cam2", "attempt-refused,key-locked")]
    [InlineData("kind=order", "key-locked")]
    [InlineData("kind=key-locked,attempt-refused", "attempt-refused,key-locked")]
    [InlineData("by=ops", "key-locked")]
    [InlineData("client=cam2aaaa", "attempt-refused")]
    [InlineData("origin=srs-2", "attempt-refused")]
    [InlineData("address=10.9.9.9", "")]
    [InlineData("since=2026-07-04T12:00:03Z", "attempt-refused")]
    [InlineData("since=2026-07-04T12:00:02Z&until=2026-07-04T12:00:02.5Z", "key-locked")]
    public async Task A_filter_takes_what_it_names(string query, string expected)
    {
        await using var server = await ServerAsync();

        var (_, page) = await server.GetAsync($"/api/v1/events?{query}");

        string.Join(',', Kinds(page)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("kind=nonsense", "kind")]
    [InlineData("since=yesterday", "since")]
    [InlineData("key=a", "key")]
    [InlineData("cursor=AAAA", "cursor")]
    [InlineData("keys=live/cam1", "keys")]
    public async Task A_mistake_in_the_query_is_named(string query, string field)
    {
        await using var server = await ServerAsync();

        var (status, problem) = await server.GetAsync($"/api/v1/events?{query}");

        (status, problem.GetProperty("field").GetString()).ShouldBe((400, field));
    }

    [Fact]
    public async Task Who_watches_sees_what_happens_from_then_on()
    {
        await using var server = await ServerAsync();
        await using var watcher = await Watcher.OpenAsync(server, "kind=key-locked");

        await server.Entities.HappenedAsync(Cam2, Refused, Locked);

        (await watcher.NextAsync()).ShouldBe(("12.0", "key-locked"));
    }

    [Fact]
    public async Task Who_comes_back_misses_nothing_and_sees_nothing_twice()
    {
        await using var server = await ServerAsync();
        await using (var first = await Watcher.OpenAsync(server, "", lastEventId: "7.0"))
        {
            (await first.NextAsync()).Id.ShouldBe("8.0");
            (await first.NextAsync()).Id.ShouldBe("9.0");
        }

        await server.Entities.HappenedAsync(Cam2, Locked);
        await using var again = await Watcher.OpenAsync(server, "", lastEventId: "9.0");
        (await again.NextAsync()).Id.ShouldBe("10.0");
        (await again.NextAsync()).Id.ShouldBe("11.0");
    }

    [Fact]
    public async Task Who_comes_while_another_watches_misses_nothing_either()
    {
        await using var server = await ServerAsync();
        await using var first = await Watcher.OpenAsync(server, "");
        await server.Entities.HappenedAsync(Cam2, Locked, Refused);
        (await first.NextAsync()).Id.ShouldBe("11.0");
        (await first.NextAsync()).Id.ShouldBe("12.0");

        await using var second = await Watcher.OpenAsync(server, "", lastEventId: "10.0");
        (await second.NextAsync()).Id.ShouldBe("11.0");
        (await second.NextAsync()).Id.ShouldBe("12.0");
    }

    [Fact]
    public async Task A_place_of_a_journal_that_went_back_keeps_nobody_from_hearing_what_happens()
    {
        await using var server = await ServerAsync();
        await using var watcher = await Watcher.OpenAsync(server, "", lastEventId: "999999.0");

        await server.Entities.HappenedAsync(Cam2, Locked);

        (await watcher.NextAsync()).Kind.ShouldBe("key-locked");
    }

    [Fact]
    public async Task Places_to_watch_are_bounded_and_come_back()
    {
        await using var server = await ServerAsync();
        await using (var first = await Watcher.OpenAsync(server, ""))
        await using (var second = await Watcher.OpenAsync(server, ""))
        {
            var (status, problem) = await server.GetAsync("/api/v1/events", ("Accept", "text/event-stream"));
            (status, problem.GetProperty("reason").GetString()).ShouldBe((503, "overloaded"));
        }

        await Eventually.HoldsAsync("a place is free", async () =>
        {
            try
            {
                await using var third = await Watcher.OpenAsync(server, "");
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_server_that_stops_ends_the_watching()
    {
        await using var server = await ServerAsync();
        await using var watcher = await Watcher.OpenAsync(server, "");

        var stopping = server.StopAsync();

        await Should.ThrowAsync<EndOfStreamException>(watcher.NextAsync);
        await stopping;
    }

    [Theory]
    [InlineData("cam2aaaa")]
    [InlineData("cam2")]
    [InlineData("locked")]
    public async Task An_attempt_is_found_by_what_people_know_of_it(string q)
    {
        await using var server = await ServerAsync();

        var (_, page) = await server.GetAsync($"/api/v1/attempts?q={q}");

        var attempt = page.GetProperty("attempts").EnumerateArray().ShouldHaveSingleItem();
        attempt.GetProperty("answer").GetString().ShouldBe("refused");
        attempt.GetProperty("key").GetProperty("stream").GetString().ShouldBe("cam2");
        attempt.GetProperty("event").GetProperty("attempt").GetProperty("clientId").GetString().ShouldBe("cam2aaaa");
        attempt.GetProperty("advice").GetProperty("kind").GetString().ShouldBe("permanent");
        attempt.GetProperty("advice").GetProperty("zh").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Attempts_are_those_who_asked_and_nothing_else()
    {
        await using var server = await ServerAsync();

        var (_, page) = await server.GetAsync("/api/v1/attempts");

        page.GetProperty("attempts").EnumerateArray().Select(one => one.GetProperty("answer").GetString())
            .ShouldBe(["refused", "admitted", "held", "admitted"]);
    }

    [Fact]
    public async Task A_caller_hears_who_it_is()
    {
        await using var server = await ServerAsync();

        var (_, me) = await server.GetAsync("/api/v1/me");

        (me.GetProperty("name").GetString(), me.GetProperty("role").GetString()).ShouldBe(("local", "admin"));
    }

    private static async Task<ApiServer> ServerAsync()
    {
        var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());
        await server.Entities.HappenedAsync(Cam2, Locked, Refused);
        return server;
    }

    private static IEnumerable<string> Kinds(JsonElement page) =>
        page.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("event").GetProperty("kind").GetString()!);

    /// <summary>Reads a feed as a browser does.</summary>
    private sealed class Watcher : IAsyncDisposable
    {
        private readonly HttpResponseMessage _answer;
        private readonly IAsyncEnumerator<SseItem<string>> _items;

        private Watcher(HttpResponseMessage answer, Stream body) =>
            (_answer, _items) = (answer, SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator());

        /// <summary>Returns when the watching has begun.</summary>
        public static async Task<Watcher> OpenAsync(ApiServer server, string query, string? lastEventId = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events?{query}");
            request.Headers.Add("Accept", "text/event-stream");
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }

            var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            answer.EnsureSuccessStatusCode();
            var watcher = new Watcher(answer, await answer.Content.ReadAsStreamAsync());
            (await watcher.ReadAsync()).EventType.ShouldBe("still-here");
            return watcher;
        }

        public async Task<(string Id, string Kind)> NextAsync()
        {
            while (true)
            {
                if (await ReadAsync() is { EventType: "message" } item)
                {
                    using var data = JsonDocument.Parse(item.Data);
                    return (item.EventId!, data.RootElement.GetProperty("event").GetProperty("kind").GetString()!);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _answer.Dispose();
            try
            {
                await _items.DisposeAsync();
            }
            catch (Exception gone) when (gone is IOException or ObjectDisposedException or NotSupportedException)
            {
                // The connection is closed, which is what was wanted.
            }
        }

        private async Task<SseItem<string>> ReadAsync() =>
            await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)) ? _items.Current : throw new EndOfStreamException();
    }
}
