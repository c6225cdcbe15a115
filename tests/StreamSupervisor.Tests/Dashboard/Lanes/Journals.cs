using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Dashboard.Lanes;

/// <summary>The events of a scene as the journal lists them.</summary>
internal static class Journals
{
    public static IReadOnlyList<JournaledEvent> Of(Scene scene) => Of([.. scene.History]);

    public static IReadOnlyList<JournaledEvent> Of(params LiveStreamEvent[] events) =>
        [.. events.Select((happened, at) => new JournaledEvent((at + 1) * EventSequence.First, EventCodec.KindOf(happened), happened))];
}
