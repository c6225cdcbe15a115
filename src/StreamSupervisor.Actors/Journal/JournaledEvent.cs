using System.Runtime.InteropServices;
using System.Text.Json;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Journal;

/// <summary>One event of the journal as lists show it.</summary>
/// <param name="Sequence">Its number within the key, as <see cref="EventSequence"/> says.</param>
/// <param name="Kind">Its stored name.</param>
/// <param name="Event">What happened; null where this version can't read it.</param>
public sealed record JournaledEvent(long Sequence, string Kind, LiveStreamEvent? Event)
{
    /// <summary>The events of a row, in their order. What can't be read stays in its place without its contents, beside those that
    /// can.</summary>
    internal static IReadOnlyList<JournaledEvent> OfRow(long row, string manifest, byte[] payload)
    {
        if (manifest != EventCodec.BatchKind)
        {
            return [new(EventSequence.Of(row, 0), manifest, Read(manifest, payload))];
        }

        try
        {
            using var batch = JsonDocument.Parse(payload);
            var events = new List<JournaledEvent>(batch.RootElement.GetArrayLength());
            foreach (var one in batch.RootElement.EnumerateArray())
            {
                var kind = one.GetProperty("kind").GetString() ?? "";
                var data = JsonMarshal.GetRawUtf8Value(one.GetProperty("data"));
                events.Add(new(EventSequence.Of(row, events.Count), kind, Read(kind, data)));
            }

            return events;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [new(EventSequence.Of(row, 0), manifest, null)];
        }
    }

    private static LiveStreamEvent? Read(string kind, ReadOnlySpan<byte> payload)
    {
        try
        {
            return EventCodec.Decode(kind, payload);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
