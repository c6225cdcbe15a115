using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>A copy of a stream that is let in beside it is a thing to know of, once.</summary>
public sealed class RelayWarningTests : LiveStreamStage
{
    [Fact]
    public void A_copy_is_told_once_for_each_pair_of_servers()
    {
        OnAir("source", One, "srs-1");
        EventFilter.Warning(contains: "srs-2 gets a copy of the stream from srs-1").ExpectOne(() => LetIn("copy-1"));
        EventFilter.Warning(contains: "gets a copy").Expect(0, () => LetIn("copy-2"));
    }

    private void LetIn(string client)
    {
        var copy = Scene.Encoder(client, "srs-2", address: "10.0.0.9");
        Hear<Allowed>(Scene.Ask(copy, relayOf: "srs-1"));
        Hear<Ack>(new ReportClosed(copy.Session));
    }
}
