using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>Streams that remember what they were told.</summary>
internal sealed class RecordingStreams(TimeProvider time) : LiveStreamRegion(ActorRefs.Nobody, time, new LiveStreamSettings())
{
    private readonly System.Threading.Lock _gate = new();
    private readonly List<(string Key, LiveStreamCommand Command)> _told = [];

    public IReadOnlyList<T> ToldOf<T>()
    {
        lock (_gate)
        {
            return [.. _told.Select(told => told.Command).OfType<T>()];
        }
    }

    public IReadOnlyList<(string Key, LiveStreamCommand Command)> Told
    {
        get
        {
            lock (_gate)
            {
                return [.. _told];
            }
        }
    }

    public override void Tell(string key, LiveStreamCommand command)
    {
        lock (_gate)
        {
            _told.Add((key, command));
        }
    }
}
