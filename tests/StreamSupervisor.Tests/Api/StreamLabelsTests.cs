using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Tests.Api;

public class StreamLabelsTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly Publisher By = new(new SessionId("vid-1", "svc-1", "abc"), "srs-1", "10.0.0.7", "key");
    private static readonly LiveStreamState Idle = new() { Key = StreamKey.Parse("live/直播") };

    [Fact]
    public void A_live_stream_stays_in_memory_at_the_place_of_its_session()
    {
        var state = Idle with { Generation = 1, Session = new Session(By, 1, Now, null, true, false, null) };
        var labels = StreamLabels.Of(state);
        (labels.Status, labels.Place, labels.Resident).ShouldBe(("live", "srs-1", true));
        using var summary = JsonDocument.Parse(labels.Summary);
        var api = JsonSerializer.SerializeToElement(StreamView.From(state), ApiJson.Shared.StreamView);
        JsonElement.DeepEquals(summary.RootElement, api).ShouldBeTrue("a row of a list is what the API says of the stream");
    }

    [Fact]
    public void An_idle_stream_may_leave_memory_unless_something_of_it_is_open()
    {
        StreamLabels.Of(Idle).Resident.ShouldBeFalse();
        StreamLabels.Of(Idle with { Evictions = [new Eviction(By, EvictionCause.Silent, Now, false)] }).Resident.ShouldBeTrue();
        StreamLabels.Of(Idle with { Releasing = ["srs-1"] }).Resident.ShouldBeTrue();
    }

    [Fact]
    public void A_row_that_was_written_is_read_again()
    {
        var state = Idle with { Generation = 4, Handover = new Handover(By, AdmissionRule.NewestWins, AskedIn.OnPublish, Now, Now, Now.AddSeconds(2)) };
        var row = StreamLabels.Read(StreamLabels.Of(state)).ShouldNotBeNull();
        row.State.ShouldBe("handover");
        row.Handover.ShouldBe(StreamView.From(state).Handover);
    }
}
