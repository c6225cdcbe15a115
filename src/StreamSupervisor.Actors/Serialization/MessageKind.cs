using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>One kind of message: a line of <see cref="MessageTable"/>.</summary>
/// <param name="Manifest">Its name between members and in snapshots. For ever, and not the name of the class: two versions run side by
/// side.</param>
/// <param name="Type">The class that has the name now.</param>
/// <param name="Write">Its bytes.</param>
/// <param name="Read">The message of the bytes; throws <see cref="FormatException"/> where they can't be read.</param>
public sealed record MessageKind(string Manifest, Type Type, Func<object, byte[]> Write, Func<ReadOnlyMemory<byte>, object> Read)
{
    /// <summary>A message that goes as one JSON value. Nothing of it may be left out but what has a default value in its
    /// constructor.</summary>
    /// <param name="manifest">Its name.</param>
    /// <param name="type">From a generated context.</param>
    /// <param name="complete">Puts in what the generated reader made null because the sender did not name it.</param>
    public static MessageKind Json<T>(string manifest, JsonTypeInfo<T> type, Func<T, T>? complete = null)
        where T : class => new(
            manifest,
            typeof(T),
            message => JsonSerializer.SerializeToUtf8Bytes((T)message, type),
            bytes => ReadJson(manifest, bytes, type) is var read && complete is not null ? complete(read) : read);

    /// <summary>Reads one JSON value or says what is wrong with it.</summary>
    /// <exception cref="FormatException">It is broken, or holds a value that only a newer version knows.</exception>
    internal static T ReadJson<T>(string manifest, ReadOnlyMemory<byte> bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type) ?? throw new FormatException($"The message '{manifest}' is empty.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"The message '{manifest}' can't be read; it is damaged or a newer version sent it: {e.Message}", e);
        }
    }
}
