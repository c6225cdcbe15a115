using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

public class ClientIndexTests
{
    private static readonly StreamKey Key = StreamKey.Parse("live/cam1");
    private readonly ClientIndex _index = new(capacity: 3);
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void A_publisher_that_closes_is_known_by_the_key_that_it_asked_for()
    {
        Connect("a");
        _index.AskedToPublish(Id("a"), Key, _now).ShouldBeTrue();

        Close("a").ShouldBe(Key);

        Unseen().ShouldBeEmpty();
        Close("a").ShouldBeNull();
    }

    [Fact]
    public void One_that_connected_and_closed_and_did_nothing_between_is_told_after_the_grace()
    {
        Connect("a");
        Close("a").ShouldBeNull();

        _index.DueAt.ShouldBe(_now + ClientIndex.Grace);
        _index.Expire(_now + ClientIndex.Grace - TimeSpan.FromMilliseconds(1)).ShouldBeEmpty();
        var unseen = Unseen().Single();
        unseen.Key.ShouldBe(Key);
        unseen.By.Session.ShouldBe(Id("a"));
        _index.DueAt.ShouldBeNull();
    }

    [Fact]
    public void Where_the_busy_check_comes_after_on_publish_nothing_follows_from_that()
    {
        Connect("a");
        _index.Closed(Id("a"), busyCheckComesFirst: false, _now);
        Unseen().ShouldBeEmpty();
    }

    [Fact]
    public void A_viewer_whose_play_hook_came_first_is_nothing()
    {
        Connect("viewer");
        _index.Plays(Id("viewer"));
        Close("viewer");
        Unseen().ShouldBeEmpty();
    }

    [Fact]
    public void A_play_hook_that_its_close_overtook_still_counts()
    {
        Connect("viewer");
        Close("viewer");
        _now += TimeSpan.FromMilliseconds(100);
        _index.Plays(Id("viewer"));
        Unseen().ShouldBeEmpty();
    }

    [Fact]
    public void A_publish_hook_that_its_close_overtook_counts_and_the_stream_must_be_told_of_the_close()
    {
        Connect("a");
        Close("a").ShouldBeNull();
        _now += TimeSpan.FromMilliseconds(100);

        _index.AskedToPublish(Id("a"), Key, _now).ShouldBeFalse();

        Unseen().ShouldBeEmpty();
    }

    [Fact]
    public void A_connect_hook_that_its_close_overtook_is_judged_like_any_other()
    {
        Close("a");
        Connect("a");
        Unseen().Single().By.Session.ShouldBe(Id("a"));
    }

    [Fact]
    public void Who_asked_to_publish_when_a_client_had_closed_was_not_in_its_way_though_its_connect_hook_comes_last()
    {
        _index.AskedToPublish(Id("before"), Key, _now);
        _now += TimeSpan.FromMilliseconds(10);
        Close("a");
        Close("b");
        _now += TimeSpan.FromMilliseconds(10);
        _index.AskedToPublish(Id("since"), Key, _now);
        _now += TimeSpan.FromMilliseconds(10);

        Connect("a", inTheWay: "since");
        Unseen().ShouldBeEmpty();
        Connect("b", inTheWay: "before");
        Unseen().Single().InTheWay.ShouldBe(Id("before"));
    }

    [Fact]
    public void One_that_only_its_unpublish_names_is_known_until_it_closes()
    {
        _index.Unpublished(Id("a"), Key, _now);
        Close("a").ShouldBe(Key);
    }

    [Fact]
    public void A_crowd_of_players_pushes_out_no_publisher()
    {
        _index.AskedToPublish(Id("a"), Key, _now);
        for (var i = 0; i < 10; i++)
        {
            Connect($"viewer-{i}");
        }

        Close("a").ShouldBe(Key);
        Close("viewer-0");
        Unseen().ShouldBeEmpty(); // forgotten
        Close("viewer-9");
        Unseen().Count.ShouldBe(1);
    }

    private void Connect(string client, string? inTheWay = null) =>
        _index.Connected(Id(client), Key, new Publisher(Id(client), "srs-1", "10.0.0.9", "key"), busyCheckComesFirst: true,
            inTheWay is null ? null : Id(inTheWay), _now);

    private StreamKey? Close(string client) => _index.Closed(Id(client), busyCheckComesFirst: true, _now);

    private IReadOnlyList<ClientIndex.Wish> Unseen() => _index.Expire(_now + ClientIndex.Grace);

    private static SessionId Id(string client) => new("server-1", "process-1", client);
}
