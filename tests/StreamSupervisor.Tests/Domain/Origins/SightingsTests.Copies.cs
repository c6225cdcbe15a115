using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Streams that SRS publishes for nobody, and copies of other servers' streams.</summary>
public partial class SightingsTests
{
    [Fact]
    public void A_stream_that_SRS_publishes_for_nobody_is_found()
    {
        Orphan(sentGrows: false);
        var orphan = _scene.Findings.OfType<LookFinding.Orphaned>().Single();
        orphan.Key.ShouldBe(LookScene.Key);
        orphan.By.ShouldBe(_scene.SessionOf("cam"));
        _scene.Sightings.Orphans.ShouldBe([LookScene.Key]);
    }

    [Fact]
    public void A_stream_is_no_orphan_any_more_once_its_players_get_it_or_another_publishes()
    {
        Orphan(sentGrows: false);
        var published = _scene.StreamsNow!;
        _scene.StreamsNow = () => [published()[0] with { SentBytes = 8_000 }];
        _scene.Run(TimeSpan.FromSeconds(11));
        _scene.Sightings.Orphans.ShouldBeEmpty("its players get it");

        _scene.Run(TimeSpan.FromSeconds(40));
        _scene.Sightings.Orphans.ShouldBe([LookScene.Key]);
        _scene.StreamsNow = () => [published()[0] with { SentBytes = 8_000, PublisherClientId = "next" }];
        _scene.Run(TimeSpan.FromSeconds(11));
        _scene.Sightings.Orphans.ShouldBeEmpty("another publishes");
    }

    [Fact]
    public void A_stream_that_its_players_get_is_no_orphan()
    {
        Orphan(sentGrows: true);
        _scene.Findings.ShouldBeEmpty();
        _scene.Sightings.Orphans.ShouldBeEmpty();
    }

    [Fact]
    public void A_server_that_goes_on_asking_for_what_it_publishes_itself_has_an_orphan()
    {
        _scene.Publish(LookScene.Key, "cam");
        _scene.Believe(LookScene.Key, "cam");
        _scene.StreamsNow = () => [_scene.Streams[0] with { Clients = 1, ReceivedBytes = _scene.Elapsed.Ticks, SentBytes = _scene.Elapsed.Ticks / 100, PublisherClientId = "other" }];
        Ask();
        _scene.Run(TimeSpan.FromSeconds(25));
        _scene.Sightings.Orphans.ShouldBeEmpty("one question may cross with the publish");

        for (var i = 0; i < 8; i++)
        {
            Ask();
            _scene.Run(TimeSpan.FromSeconds(3));
        }

        _scene.Findings.OfType<LookFinding.Orphaned>().Single().By.ShouldBe(_scene.SessionOf("cam"), "of an orphan the row may name another");
        _scene.Sightings.Orphans.ShouldBe([LookScene.Key]);
        _scene.Run(TimeSpan.FromSeconds(20));
        _scene.Sightings.Orphans.ShouldBeEmpty("it does not ask any more");

        void Ask() => _scene.Sightings.AskedForItsOwn(LookScene.Key, _scene.SessionOf("cam"), _scene.Elapsed);
    }

    [Fact]
    public void A_publisher_from_the_address_of_another_server_is_told_as_its_copy()
    {
        _scene.Publish(LookScene.Key, "copy");
        _scene.Clients["copy"] = _scene.Clients["copy"] with { Address = "10.0.0.2" };

        _scene.Sweep();

        _scene.ToldOf<ReportPublisherSeen>().Single().RelayOf.ShouldBe("srs-2");
    }

    [Fact]
    public void A_copy_that_is_known_is_no_stranger_and_missing_when_its_client_is_gone()
    {
        _scene.Publish(LookScene.Key, "copy");
        BelieveInCopy(new Session(_scene.PublisherOf("cam") with { Origin = "srs-2" }, 1, _scene.Now.Utc, null, true, false, null));
        _scene.Sweep();
        _scene.Told.ShouldBeEmpty();

        _scene.Streams.Clear();
        _scene.Clients.Clear();
        _scene.Sweep();
        _scene.ToldOf<ReportPublisherMissing>().Single().Session.ShouldBe(_scene.SessionOf("copy"));
    }

    [Fact]
    public void A_copy_that_goes_on_after_its_source_is_told()
    {
        _scene.Publish(LookScene.Key, "copy");
        BelieveInCopy(session: null);

        _scene.Sweep();

        _scene.ToldOf<ReportPublisherSeen>().Single().By.Session.ShouldBe(_scene.SessionOf("copy"));
    }

    private void BelieveInCopy(Session? session) => _scene.Believe(new LiveStreamState
    {
        Key = LookScene.Key,
        Session = session,
        Relays = [new Relay(_scene.PublisherOf("copy"), "srs-2", _scene.Now.Utc)],
    });

    private void Orphan(bool sentGrows)
    {
        _scene.Publish(LookScene.Key, "cam");
        _scene.Believe(LookScene.Key, "cam");
        _scene.StreamsNow = () => [_scene.Streams[0] with
        {
            Clients = 3,
            ReceivedBytes = _scene.Elapsed.Ticks,
            SentBytes = sentGrows ? _scene.Elapsed.Ticks : 7_000,
        }];
        _scene.Run(TimeSpan.FromSeconds(40));
    }
}
