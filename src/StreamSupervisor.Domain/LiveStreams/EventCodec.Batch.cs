using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>
/// One row holds an <see cref="EventBatch"/>. A single event is stored as it always was, under its own name; several under
/// <see cref="BatchKind"/> as <c>[{"kind":"…","data":{…}},…]</c>.
/// </remarks>
public static partial class EventCodec
{
    /// <summary>The stored name of several events in one row; no event has it.</summary>
    public const string BatchKind = "batch";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name and the payload of the events of one row.</summary>
    /// <exception cref="ArgumentException">The batch is empty: nothing happened, and there is nothing to store.</exception>
    public static (string Kind, byte[] Payload) EncodeBatch(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Events.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A batch holds at least one event.", nameof(batch));
        }

        if (batch.Events.Length == 1)
        {
            return Encode(batch.Events[0]);
        }

        var buffer = new ArrayBufferWriter<byte>(256 * batch.Events.Length);
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartArray();
            foreach (var @event in batch.Events)
            {
                var (kind, type) = EntryOf(@event);
                writer.WriteStartObject();
                writer.WriteString("kind", kind);
                writer.WritePropertyName("data");
                JsonSerializer.Serialize(writer, @event, type);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return (BatchKind, buffer.WrittenSpan.ToArray());
    }

    /// <summary>The events that were stored in one row, in their order.</summary>
    /// <exception cref="FormatException">A name is not known here, or the payload can't be read.</exception>
    public static EventBatch DecodeBatch(string kind, ReadOnlySpan<byte> payload)
    {
        if (kind != BatchKind)
        {
            return new EventBatch([Decode(kind, payload)]);
        }

        var stored = (BatchedEvent[])Stored.Read("batch of events", payload, Stored.Json.BatchedEventArray);
        return stored.Length > 0 && Array.TrueForAll(stored, one => one is not null)
            ? new EventBatch([.. stored.Select(one => Decode(one.Kind, JsonMarshal.GetRawUtf8Value(one.Data)))])
            : throw new FormatException("The stored batch of events is empty; it is damaged.");
    }
}

/// <summary>An event as it is stored among others.</summary>
internal sealed record BatchedEvent(string Kind, JsonElement Data);
