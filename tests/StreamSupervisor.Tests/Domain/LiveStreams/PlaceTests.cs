using StreamSupervisor.Domain.LiveStreams;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>Where a server is told to play a stream from that it does not have.</summary>
public class PlaceTests
{
    private static readonly Publisher First = Encoder("first");
    private static readonly Publisher Second = Encoder("second", origin: "srs-2");

    [Fact]
    public void Nobody_is_sent_anywhere_for_a_stream_that_nobody_publishes()
    {
        LiveStream.PlaceFor(Empty().State, "srs-2").ShouldBe(StreamPlace.Nowhere.Instance);
        LiveStream.PlaceFor(Live(First).When(new ReportClosed(First.Session)).State, "srs-2").ShouldBe(StreamPlace.Nowhere.Instance, "it may come back anywhere");
    }

    [Fact]
    public void The_server_that_has_it_stays_and_every_other_is_sent_there()
    {
        var live = Live(First).State;
        LiveStream.PlaceFor(live, "srs-1").ShouldBe(StreamPlace.Here.Instance);
        LiveStream.PlaceFor(live, "srs-2").ShouldBe(new StreamPlace.Elsewhere("srs-1"));
    }

    [Fact]
    public void From_the_first_moment_of_a_takeover_the_next_server_has_it_for_the_old_one_too()
    {
        var scene = Live(First).When(Ask(Second)).Then(typeof(HandoverStarted), typeof(EvictionOrdered));
        LiveStream.PlaceFor(scene.State, "srs-1").ShouldBe(new StreamPlace.Moving("srs-2"));
        LiveStream.PlaceFor(scene.State, "srs-3").ShouldBe(new StreamPlace.Moving("srs-2"));
        LiveStream.PlaceFor(scene.State, "srs-2").ShouldBe(StreamPlace.Here.Instance);

        scene.When(Gone(First));
        LiveStream.PlaceFor(scene.State, "srs-1").ShouldBe(new StreamPlace.Elsewhere("srs-2"));
    }

    [Fact]
    public void A_session_that_an_operator_removes_is_nowhere_to_go() =>
        LiveStream.PlaceFor(Live(First).When(new Kick("ann", "a test")).Then<EvictionOrdered>().State, "srs-2").ShouldBe(StreamPlace.Nowhere.Instance);

    [Fact]
    public void A_server_that_gets_a_copy_is_not_sent_to_where_the_copy_comes_from()
    {
        var copy = Encoder("copy", origin: "srs-2", address: "10.1.0.1");
        var relayed = Live(First).When(Ask(copy, relayOf: "srs-1")).Then(typeof(RelayAdmitted)).State;
        LiveStream.PlaceFor(relayed, "srs-2").ShouldBe(StreamPlace.Here.Instance);
        LiveStream.PlaceFor(relayed, "srs-3").ShouldBe(new StreamPlace.Elsewhere("srs-1"));
    }
}
