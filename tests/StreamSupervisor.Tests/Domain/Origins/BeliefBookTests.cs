using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

public class BeliefBookTests
{
    private static readonly StreamKey Key = StreamKey.Parse("live/cam1");
    private readonly BeliefBook _book = new();
    private readonly BeliefBook _ofOne = new("srs-1");

    [Fact]
    public void A_session_is_found_by_key_by_server_and_by_client()
    {
        Believe(1, Live("srs-1", "a"));

        _book.Find(Key)!.Session!.By.Session.ClientId.ShouldBe("a");
        _book.On("srs-1").Single().Belief.Key.ShouldBe(Key);
        _book.KeyOf(By("srs-1", "a").Session).ShouldBe(Key);
    }

    [Fact]
    public void A_session_that_moved_is_no_longer_on_its_old_server()
    {
        Believe(1, Live("srs-1", "a"));
        Believe(2, Live("srs-2", "b"));

        _book.On("srs-1").ShouldBeEmpty();
        _book.KeyOf(By("srs-1", "a").Session).ShouldBeNull();
        _book.On("srs-2").Count.ShouldBe(1);
    }

    [Fact]
    public void On_air_is_what_is_live_on_the_servers_own()
    {
        _ofOne.Changed(StreamBelief.Of(Live("srs-1", "a"), 1), TimeSpan.Zero);
        _ofOne.OnAir.ShouldBe(1);

        _ofOne.Changed(StreamBelief.Of(Live("srs-2", "b"), 2), TimeSpan.Zero);
        _ofOne.OnAir.ShouldBe(0);

        _ofOne.Changed(StreamBelief.Of(Live("srs-1", "c"), 3), TimeSpan.Zero);
        _ofOne.Changed(StreamBelief.Of(Live("srs-1", "c"), 3), TimeSpan.Zero);
        _ofOne.OnAir.ShouldBe(1);

        _ofOne.Changed(StreamBelief.Of(new LiveStreamState { Key = Key, Generation = 3 }, 4), TimeSpan.Zero);
        _ofOne.OnAir.ShouldBe(0);
    }

    [Fact]
    public void An_idle_key_costs_nothing()
    {
        Believe(1, Live("srs-1", "a"));
        Believe(2, new LiveStreamState { Key = Key, Generation = 1 });

        _book.Count.ShouldBe(0);
        _book.On("srs-1").ShouldBeEmpty();
    }

    [Fact]
    public void The_newest_belief_wins_in_whatever_order_they_come()
    {
        Believe(5, Live("srs-2", "b")).ShouldBeTrue();
        Believe(4, Live("srs-1", "a")).ShouldBeFalse();

        _book.Find(Key)!.Session!.By.Origin.ShouldBe("srs-2");
    }

    [Fact]
    public void A_belief_that_was_overtaken_by_the_end_of_its_session_does_not_bring_it_back()
    {
        Believe(2, new LiveStreamState { Key = Key });
        Believe(1, Live("srs-1", "a")).ShouldBeFalse();

        _book.Count.ShouldBe(0);
    }

    [Fact]
    public void What_is_told_again_is_as_old_as_it_was()
    {
        _book.Changed(StreamBelief.Of(Live("srs-1", "a"), 1), TimeSpan.FromSeconds(1));
        _book.Changed(StreamBelief.Of(Live("srs-1", "a"), 1), TimeSpan.FromSeconds(9));

        _book.On("srs-1").Single().HeardAt.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Those_who_wait_and_those_who_are_removed_are_found_by_client_too()
    {
        var at = DateTimeOffset.UnixEpoch;
        Believe(1, new LiveStreamState
        {
            Key = Key,
            Handover = new Handover(By("srs-1", "new"), AdmissionRule.NewestWins, AskedIn.OnPublish, at, at, at),
            Evictions = [new Eviction(By("srs-1", "old"), EvictionCause.Takeover, at, Stalled: false)],
        });

        _book.KeyOf(By("srs-1", "new").Session).ShouldBe(Key);
        _book.KeyOf(By("srs-1", "old").Session).ShouldBe(Key);
        _book.On("srs-1").ShouldBeEmpty();
        _book.Find(Key)!.Origins().ShouldBe(["srs-1"]);
    }

    [Fact]
    public void A_connection_that_publishes_another_key_next_is_found_there()
    {
        var other = StreamKey.Parse("live/cam2");
        Believe(1, Live("srs-1", "a"));
        Believe(1, Live("srs-1", "a") with { Key = other });
        Believe(2, new LiveStreamState { Key = Key });

        _book.KeyOf(By("srs-1", "a").Session).ShouldBe(other);
    }

    [Fact]
    public void What_the_index_does_not_have_is_forgotten_unless_it_was_heard_lately()
    {
        var other = StreamKey.Parse("live/cam2");
        _book.Changed(StreamBelief.Of(Live("srs-1", "a"), 1), TimeSpan.FromSeconds(1));
        _book.Changed(StreamBelief.Of(Live("srs-1", "b") with { Key = other }, 1), TimeSpan.FromSeconds(58));

        _book.Reload([], TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));

        _book.Find(Key).ShouldBeNull();
        _book.Find(other).ShouldNotBeNull();
    }

    [Fact]
    public void The_book_knows_what_the_index_lists_unless_that_is_newer_or_of_others()
    {
        var other = StreamKey.Parse("live/cam2");
        Believe(3, Live("srs-1", "a"));
        Believe(4, new LiveStreamState { Key = other, Generation = 1 });

        _book.Knows([(Key, 3), (other, 2)]).ShouldBeTrue();
        _book.Knows([(Key, 4)]).ShouldBeFalse();
        _book.Knows([(Key, 3), (StreamKey.Parse("live/cam3"), 1)]).ShouldBeFalse();
    }

    [Fact]
    public void What_was_known_when_a_look_began_is_the_last_change_that_was_heard_of_before_and_for_how_long()
    {
        Heard(1, revision: 4, at: 10);
        _book.KnownAt(Key, TimeSpan.FromSeconds(10)).ShouldBe(default, "heard while the look began");
        _book.KnownAt(Key, TimeSpan.FromSeconds(13)).ShouldBe(new KnownAtLook(4, TimeSpan.FromSeconds(3)));
        _book.KnownAt(StreamKey.Parse("live/other"), TimeSpan.FromSeconds(13)).ShouldBe(default);

        Heard(2, revision: 4, at: 20).ShouldBeTrue("another number, and nothing that a look would show");
        _book.KnownAt(Key, TimeSpan.FromSeconds(23)).ShouldBe(new KnownAtLook(4, TimeSpan.FromSeconds(13)));

        Heard(3, revision: 5, at: 30);
        _book.KnownAt(Key, TimeSpan.FromSeconds(25)).ShouldBe(default, "the look began before it");
        _book.KnownAt(Key, TimeSpan.FromSeconds(31)).ShouldBe(new KnownAtLook(5, TimeSpan.FromSeconds(1)));
        Heard(3, revision: 5, at: 32).ShouldBeTrue("told again");
        _book.KnownAt(Key, TimeSpan.FromSeconds(33)).ShouldBe(new KnownAtLook(5, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void Of_a_key_with_nothing_to_look_for_it_is_known_since_when()
    {
        Heard(1, revision: 4, at: 10);
        Heard(2, revision: 5, at: 20, isIdle: true).ShouldBeTrue();
        _book.KnownAt(Key, TimeSpan.FromSeconds(21)).ShouldBe(new KnownAtLook(5, TimeSpan.FromSeconds(1)));
        Heard(3, revision: 5, at: 30, isIdle: true);
        _book.KnownAt(Key, TimeSpan.FromSeconds(31)).ShouldBe(new KnownAtLook(5, TimeSpan.FromSeconds(11)));
        Heard(2, revision: 4, at: 32).ShouldBeFalse("it is older");

        Heard(4, revision: 6, at: 40);
        _book.KnownAt(Key, TimeSpan.FromSeconds(41)).ShouldBe(new KnownAtLook(6, TimeSpan.FromSeconds(1)));
        var before = new StreamBelief(Key, 5, LiveStreamPhase.Live, null, null, [], [], []);
        _book.Changed(before, TimeSpan.FromSeconds(50)).ShouldBeTrue("a member of a version that counts no revisions");
        _book.KnownAt(Key, TimeSpan.FromSeconds(60)).ShouldBe(default);
    }

    private bool Heard(long sequence, long revision, int at, bool isIdle = false) => _book.Changed(
        StreamBelief.Of((isIdle ? new LiveStreamState { Key = Key } : Live("srs-1", "a")) with { Revision = revision }, sequence),
        TimeSpan.FromSeconds(at));

    [Fact]
    public void The_book_of_one_server_forgets_a_stream_that_left_it()
    {
        var book = new BeliefBook("srs-1");
        book.Changed(StreamBelief.Of(Live("srs-1", "a"), 1), default);
        book.Changed(StreamBelief.Of(Live("srs-2", "b"), 2), default);

        book.Count.ShouldBe(0);
        book.KeyOf(By("srs-2", "b").Session).ShouldBeNull();
    }

    private bool Believe(long sequence, LiveStreamState state) => _book.Changed(StreamBelief.Of(state, sequence), TimeSpan.Zero);

    private static LiveStreamState Live(string origin, string client) => new()
    {
        Key = Key,
        Session = new Session(By(origin, client), 1, DateTimeOffset.UnixEpoch, null, Confirmed: true, Adopted: false, SilentSince: null),
    };

    private static Publisher By(string origin, string client) => new(new SessionId("server", "process", client), origin, "10.0.0.1", "key");
}
