using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Sweeping;

namespace StreamSupervisor.Tests.Sweeping;

public class LiveDirectoryTests
{
    private static readonly StreamKey Key = StreamKey.Parse("live/cam1");
    private static readonly string Id = Key.ToString();
    private readonly LiveDirectory _directory = new();

    [Fact]
    public void A_session_is_found_by_key_by_node_and_by_client()
    {
        _directory.Changed(Id, Live("srs-1", "a"));

        _directory.Find(Key)!.Session!.By.Session.ClientId.ShouldBe("a");
        _directory.On("srs-1").Single().Key.ShouldBe(Key);
        _directory.KeyOf(By("srs-1", "a").Session).ShouldBe(Key);
    }

    [Fact]
    public void A_session_that_moved_is_no_longer_on_its_old_node()
    {
        _directory.Changed(Id, Live("srs-1", "a"));
        _directory.Changed(Id, Live("srs-2", "b"));

        _directory.On("srs-1").ShouldBeEmpty();
        _directory.KeyOf(By("srs-1", "a").Session).ShouldBeNull();
        _directory.On("srs-2").Count.ShouldBe(1);
    }

    [Fact]
    public void An_idle_key_costs_nothing()
    {
        _directory.Changed(Id, Live("srs-1", "a"));
        _directory.Changed(Id, new LiveStreamState { Key = Key, Generation = 1 });

        _directory.Count.ShouldBe(0);
        _directory.On("srs-1").ShouldBeEmpty();
    }

    [Fact]
    public void A_key_whose_shard_is_lost_is_forgotten()
    {
        _directory.Changed(Id, Live("srs-1", "a"));
        _directory.Changed(Id, null);
        _directory.Count.ShouldBe(0);
    }

    [Fact]
    public void Those_who_wait_and_those_who_are_removed_are_found_by_client_too()
    {
        var at = DateTimeOffset.UnixEpoch;
        _directory.Changed(Id, new LiveStreamState
        {
            Key = Key,
            Handover = new Handover(By("srs-1", "new"), AdmissionRule.NewestWins, AskedIn.OnPublish, at, at, at),
            Evictions = [new Eviction(By("srs-1", "old"), EvictionCause.Takeover, at, Stalled: false)],
        });

        _directory.KeyOf(By("srs-1", "new").Session).ShouldBe(Key);
        _directory.KeyOf(By("srs-1", "old").Session).ShouldBe(Key);
        _directory.On("srs-1").ShouldBeEmpty();
    }

    [Fact]
    public void A_connection_that_publishes_another_key_next_is_found_there()
    {
        var other = StreamKey.Parse("live/cam2");
        _directory.Changed(Id, Live("srs-1", "a"));
        _directory.Changed(other.ToString(), Live("srs-1", "a") with { Key = other });
        _directory.Changed(Id, null);

        _directory.KeyOf(By("srs-1", "a").Session).ShouldBe(other);
    }

    private static LiveStreamState Live(string origin, string client) => new()
    {
        Key = Key,
        Session = new Session(By(origin, client), 1, DateTimeOffset.UnixEpoch, null, Confirmed: true, Adopted: false, SilentSince: null),
    };

    private static Publisher By(string origin, string client) => new(new SessionId("server", "process", client), origin, "10.0.0.1", "key");
}
