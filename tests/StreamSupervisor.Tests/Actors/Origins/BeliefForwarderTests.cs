using Akka.Actor;
using Akka.TestKit;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Actors.Origins;

public class BeliefForwarderTests : OriginScene
{
    private readonly TestProbe _origins;

#pragma warning disable MA0056 // The probes of the test kit are made so.
    public BeliefForwarderTests()
    {
        _origins = CreateTestProbe();
        var forwarder = Sys.ActorOf(BeliefForwarder.PropsOf(new OriginRegion(_origins, Time), Hold));
        forwarder.Ask<ActorIdentity>(new Identify(1)).Wait(TimeSpan.FromSeconds(20));
        Forwarder = forwarder;
    }
#pragma warning restore MA0056

    private IActorRef Forwarder { get; }

    [Fact]
    public async Task Many_changes_of_a_stream_are_told_once_and_the_last_one_counts()
    {
        Publish(1, Live("srs-1", "a"));
        Publish(2, Live("srs-1", "b"));
        await FlushAsync();

        var told = await _origins.ExpectMsgAsync<BeliefsChanged>();
        told.Beliefs.Single().Session!.By.Session.ClientId.ShouldBe("b");
        await _origins.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_server_that_a_stream_has_left_is_told_too()
    {
        Publish(1, Live("srs-1", "a"));
        await FlushAsync();
        await _origins.ExpectMsgAsync<BeliefsChanged>();
        Publish(2, Live("srs-2", "b"));
        await FlushAsync();

        var told = new[] { await _origins.ExpectMsgAsync<BeliefsChanged>(), await _origins.ExpectMsgAsync<BeliefsChanged>() };
        told.Select(one => one.Origin).ShouldBe(["srs-1", "srs-2"], ignoreOrder: true);
        told.ShouldAllBe(one => one.Beliefs.Single().Session!.By.Origin == "srs-2");
    }

    [Fact]
    public async Task A_stream_that_stops_here_is_not_told_as_ended()
    {
        Publish(1, Live("srs-1", "a"));
        await FlushAsync();
        await _origins.ExpectMsgAsync<BeliefsChanged>();
        Sys.EventStream.Publish(new LiveStreamChanged(Key.ToString(), 1, null));
        await FlushAsync();

        await _origins.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    private void Publish(long sequence, LiveStreamState state) =>
        Sys.EventStream.Publish(new LiveStreamChanged(Key.ToString(), sequence, state));

    private async Task FlushAsync()
    {
        await Forwarder.Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(20));
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        await Forwarder.Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(20));
    }

    private LiveStreamState Live(string origin, string clientId) => new()
    {
        Key = Key,
        Generation = 1,
        Session = new Session(By(clientId) with { Origin = origin }, 1, Time.GetUtcNow(), null, Confirmed: true, Adopted: false, null),
    };
}
