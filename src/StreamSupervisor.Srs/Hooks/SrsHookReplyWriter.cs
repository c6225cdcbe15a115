using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Srs.Hooks;

/// <summary>
/// Answers as bytes. SRS takes for a yes only a 0 or an object whose code is the number 0; <c>"0"</c>, <c>0.0</c>, an empty body, 202 and
/// 204 are all no.
/// </summary>
internal static class SrsHookReplyWriter
{
    private static readonly byte[] Yes = "{\"code\":0}"u8.ToArray();

    /// <summary>The refusals of the catalogue, encoded once: a storm of retries is answered out of it.</summary>
    private static readonly FrozenDictionary<SrsHookReply, byte[]> Refusals = RefusalCatalog.All
        .Select(refusal => HookRefusals.Of(refusal.Reason)).Append(HookRefusals.WrongServer).Append(HookRefusals.ReplacedProcess)
        .ToFrozenDictionary(reply => reply, Encode);

    public static byte[] Of(SrsHookReply reply) =>
        reply.Code == 0 ? Yes : Refusals.TryGetValue(reply, out var known) ? known : Encode(reply);

    private static byte[] Encode(SrsHookReply reply)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("code", reply.Code);
            json.WriteString("msg", reply.Message);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
