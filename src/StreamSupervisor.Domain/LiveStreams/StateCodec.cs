using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>The state of a key as a snapshot keeps it: <c>{"version":1,"state":{…}}</c>.</summary>
public static class StateCodec
{
    /// <summary>Grows when an older reader would misunderstand what is written, not with each new field.</summary>
    public const int Version = 1;

    private static readonly JsonElement Fresh =
        JsonSerializer.SerializeToElement(new LiveStreamState { Key = default }, Stored.Json.LiveStreamState);

    public static byte[] Encode(LiveStreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return JsonSerializer.SerializeToUtf8Bytes(
            new StoredState(Version, JsonSerializer.SerializeToElement(state, Stored.Json.LiveStreamState)), Stored.Json.StoredState);
    }

    /// <summary>The state that was stored. Fields that it lacks, because an older version wrote it, are as in a fresh state.</summary>
    /// <exception cref="FormatException">The snapshot is damaged, or a newer version wrote it.</exception>
    public static LiveStreamState Decode(ReadOnlySpan<byte> snapshot)
    {
        var stored = (StoredState)Stored.Read("snapshot", snapshot, Stored.Json.StoredState);
        if (stored.Version is < 1 or > Version)
        {
            throw new FormatException($"The snapshot has version {stored.Version}; this version of the program reads {Version}.");
        }

        try
        {
            return (LiveStreamState)Stored.Read("state", Complete(stored.State), Stored.Json.LiveStreamState);
        }
        catch (InvalidOperationException damaged)
        {
            // A name with half a character of two (\ud800) is no mistake of JSON, but nothing that a document can compare.
            throw new FormatException($"The snapshot is damaged: {damaged.Message}", damaged);
        }
    }

    // The generated reader sets a field that is missing to null or zero, not to what its initializer says: a list that came to the state
    // after the snapshot was taken would be null.
    private static ReadOnlySpan<byte> Complete(JsonElement state)
    {
        if (state.ValueKind != JsonValueKind.Object || Fresh.EnumerateObject().All(field => IsThere(state, field)))
        {
            return JsonMarshal.GetRawUtf8Value(state);
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        foreach (var field in state.EnumerateObject().Concat(Fresh.EnumerateObject().Where(field => !IsThere(state, field))))
        {
            field.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan;
    }

    private static bool IsThere(JsonElement state, JsonProperty field) =>
        field.NameEquals("key"u8) || state.TryGetProperty(field.Name, out _);
}

/// <summary>A state as it is stored.</summary>
internal sealed record StoredState(int Version, JsonElement State);
