using System.Text.Json;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// The state of a key as a snapshot keeps it: <c>{"version":1,"state":{…}}</c>. A snapshot only shortens the way through the journal, so
/// one that can't be read costs a longer recovery and nothing else.
/// </summary>
public static class StateCodec
{
    /// <summary>Grows when an older reader would misunderstand what is written, not with each new field.</summary>
    public const int Version = 1;

    public static byte[] Encode(LiveStreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return JsonSerializer.SerializeToUtf8Bytes(new StateSnapshot(Version, state), Stored.Json.StateSnapshot);
    }

    /// <summary>The state that was stored.</summary>
    /// <exception cref="FormatException">The snapshot is damaged, or a newer version wrote it.</exception>
    public static LiveStreamState Decode(ReadOnlySpan<byte> snapshot)
    {
        var version = ((SnapshotHead)Stored.Read("snapshot", snapshot, Stored.Json.SnapshotHead)).Version;
        if (version is < 1 or > Version)
        {
            throw new FormatException($"The snapshot has version {version}; this version of the program reads {Version}.");
        }

        return ((StateSnapshot)Stored.Read("snapshot", snapshot, Stored.Json.StateSnapshot)).State;
    }
}

/// <summary>A snapshot as it is stored.</summary>
internal sealed record StateSnapshot(int Version, LiveStreamState State);

/// <summary>What stands in every snapshot of every version.</summary>
internal sealed record SnapshotHead(int Version);
