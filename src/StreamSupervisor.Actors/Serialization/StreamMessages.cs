using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>The messages of streams: commands, replies, what carries them, and the snapshot.</summary>
internal static class StreamMessages
{
    public static readonly MessageKind[] Kinds =
    [
        new("ask", typeof(StreamEnvelope), WriteAsk, ReadAsk),
        new("answer", typeof(StreamAnswer), WriteAnswer, ReadAnswer),
        MessageKind.Json("refusal", Wire.Json.StreamRefusal),

        // The state goes as the snapshot keeps it, and is read with the same care.
        new("state", typeof(LiveStreamState), state => StateCodec.Encode((LiveStreamState)state), bytes => StateCodec.Decode(bytes.Span)),

        MessageKind.Json("command/request-publish", Wire.Json.RequestPublish),
        MessageKind.Json("command/report-unpublished", Wire.Json.ReportUnpublished),
        MessageKind.Json("command/report-closed", Wire.Json.ReportClosed),
        MessageKind.Json("command/report-refused-unseen", Wire.Json.ReportRefusedUnseen),
        MessageKind.Json("command/report-publisher-seen", Wire.Json.ReportPublisherSeen),
        MessageKind.Json("command/report-publisher-missing", Wire.Json.ReportPublisherMissing),
        MessageKind.Json("command/report-silent", Wire.Json.ReportSilent),
        MessageKind.Json("command/report-orphaned", Wire.Json.ReportOrphaned),
        MessageKind.Json("command/report-process-replaced", Wire.Json.ReportProcessReplaced),
        MessageKind.Json("command/report-evicted", Wire.Json.ReportEvicted),
        MessageKind.Json("command/report-eviction-stalled", Wire.Json.ReportEvictionStalled),
        MessageKind.Json("command/report-searched", Wire.Json.ReportSearched),
        MessageKind.Json("command/report-origin-unknown", Wire.Json.ReportOriginUnknown),
        MessageKind.Json("command/reserve", Wire.Json.Reserve),
        MessageKind.Json("command/cancel-reservation", Wire.Json.CancelReservation),
        MessageKind.Json("command/register", Wire.Json.Register),
        MessageKind.Json("command/renew-registration", Wire.Json.RenewRegistration),
        MessageKind.Json("command/wake", Wire.Json.Wake),
        MessageKind.Json("command/kick", Wire.Json.Kick),
        MessageKind.Json(
            "command/release", Wire.Json.Release, release => release.Origins is null ? release with { Origins = [] } : release),
        MessageKind.Json("command/lock", Wire.Json.Lock),
        MessageKind.Json("command/unlock", Wire.Json.Unlock),
        MessageKind.Json("command/pin", Wire.Json.Pin),
        // A member of an earlier version does not write it down, and who ordered goes on without.
        MessageKind.Json("command/record-order", Wire.Json.RecordOrder),
        MessageKind.Json("command/release-quarantine", Wire.Json.ReleaseQuarantine),
        MessageKind.Json("command/get-state", Wire.Json.GetState),

        MessageKind.Json("reply/allowed", Wire.Json.Allowed),
        MessageKind.Json("reply/refused", Wire.Json.Refused),
        MessageKind.Json("reply/process-in-doubt", Wire.Json.ProcessInDoubt),
        MessageKind.Json("reply/admissions-held", Wire.Json.AdmissionsHeld),
        MessageKind.Json("reply/ack", Wire.Json.Ack),
        MessageKind.Json("reply/done", Wire.Json.Done),
        // Sent only to who asked with ifGeneration, and so knows it.
        MessageKind.Json("reply/generation-moved", Wire.Json.GenerationMoved),
        MessageKind.Json("reply/registration", Wire.Json.RegistrationReply),
        new(
            "reply/state",
            typeof(StateReply),
            reply => StateCodec.Encode(((StateReply)reply).State),
            bytes => new StateReply(StateCodec.Decode(bytes.Span))),
    ];

    private static byte[] WriteAsk(object message)
    {
        var ask = (StreamEnvelope)message;
        return Write(writer =>
        {
            writer.WriteString("key", ask.Key);
            writer.WriteNumber("ask", ask.AskId);
            if (ask.TraceParent is not null)
            {
                writer.WriteString("trace", ask.TraceParent);
            }

            WriteInner(writer, ask.Command);
        });
    }

    private static StreamEnvelope ReadAsk(ReadOnlyMemory<byte> bytes)
    {
        var ask = MessageKind.ReadJson("ask", bytes, Wire.Json.WireAsk);
        return new StreamEnvelope(ask.Key, ask.Ask, ReadInner<LiveStreamCommand>(ask.Kind, ask.Data), ask.Trace);
    }

    private static byte[] WriteAnswer(object message)
    {
        var answer = (StreamAnswer)message;
        return Write(writer =>
        {
            writer.WriteNumber("ask", answer.AskId);
            WriteInner(writer, answer.Reply);
        });
    }

    private static StreamAnswer ReadAnswer(ReadOnlyMemory<byte> bytes)
    {
        var answer = MessageKind.ReadJson("answer", bytes, Wire.Json.WireAnswer);
        return new StreamAnswer(answer.Ask, ReadInner<LiveStreamReply>(answer.Kind, answer.Data));
    }

    private static void WriteInner(Utf8JsonWriter writer, object message)
    {
        var kind = MessageTable.Of(message);
        writer.WriteString("kind", kind.Manifest);
        writer.WritePropertyName("data");
        writer.WriteRawValue(kind.Write(message), skipInputValidation: true);
    }

    private static T ReadInner<T>(string manifest, JsonElement data)
        where T : class
    {
        var kind = MessageTable.Find(manifest)
            ?? throw new FormatException(
                $"The message '{manifest}' is not known to this version; the member that sent it runs a newer one.");
        return kind.Read(JsonMarshal.GetRawUtf8Value(data).ToArray()) as T
            ?? throw new FormatException($"The message '{manifest}' is not what its envelope carries.");
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var options = new JsonWriterOptions { Encoder = Wire.Json.Options.Encoder, SkipValidation = true };
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
