namespace StreamSupervisor.IntegrationTests.Srs;

/// <summary>A list of many pages holds one of them at a time.</summary>
public sealed partial class SrsApiClientTests
{
    [Fact]
    public async Task The_rows_of_a_page_are_read_before_the_next_page_is_asked_for()
    {
        On("GET /api/v1/streams/?start=0&count=1000", Streams(0, 1000, "vid-a"));
        On("GET /api/v1/streams/?start=1000&count=1000", Streams(1000, 1000, "vid-b"));
        On("GET /api/v1/streams/?start=2000&count=1000", Streams(2000, 1, "vid-removed"));
        On("GET /api/v1/vhosts/", """{"code":0,"vhosts":[{"id":"vid-a","name":"a.example"},{"id":"vid-b","name":"b.example"}]}""");

        var rows = (await _client!.GetStreamsAsync(default)).Value;
        rows.CountBy(row => row.Vhost).ShouldBe([new("a.example", 1000), new("b.example", 1000), new("vid-removed", 1)]);

        // What a row needs of other lists is asked for when its page is there: no page waits for the last one to be read.
        _requests.Select(request => request.Split('&')[0]).ShouldBe(
        [
            "GET /api/v1/streams/?start=0", "GET /api/v1/vhosts/?start=0", "GET /api/v1/streams/?start=1000", "GET /api/v1/streams/?start=2000",
        ]);
    }

    private static string Streams(int from, int count, string vhost) =>
        $$"""{"code":0,"streams":[{{string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"id":"s{{i}}","name":"n{{i}}","app":"live","vhost":"{{vhost}}"}"""))}}]}""";
}
