using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>A message in CloudEvents 1.0's JSON.</summary>
/// <param name="Id">The same whenever it is sent, and in <c>webhook-id</c>.</param>
/// <param name="Source">Which cluster says so: <c>urn:uuid:…</c>, kept in its database.</param>
/// <param name="Type">The name of the event, such as <c>stream.started</c>.</param>
/// <param name="Subject">What it is about: a stream key with its vhost, the name of a server, the name of a member.</param>
/// <param name="Time">When it happened, by the clock of the member that decided or saw it.</param>
/// <param name="Sequence">Orders the messages about one subject; an extension of CloudEvents. It grows, with gaps.</param>
/// <param name="Data">More of it.</param>
internal sealed record CloudEvent<T>(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("sequence")] string Sequence,
    [property: JsonPropertyName("data")] T Data)
{
    [JsonPropertyName("specversion")]
    public string SpecVersion => "1.0";

    [JsonPropertyName("datacontenttype")]
    public string DataContentType => "application/json";
}

/// <summary>What happened to a stream key; fields that the event does not have are left out.</summary>
/// <param name="Key">The stream key.</param>
/// <param name="Sequence">The number of the event in the key's timeline.</param>
/// <param name="Generation">The session's: it grows with each publisher of the key.</param>
/// <param name="Reason">Why: a reason of a refusal, how a session ended, the rule that let it in; a closed set of words each.</param>
/// <param name="Origin">The SRS server.</param>
/// <param name="Session">The session that it is about: SRS's names for it.</param>
/// <param name="Address">Of the encoder, as SRS saw it.</param>
/// <param name="Identity">Who it is for the takeover rules.</param>
/// <param name="Replaced">With <c>stream.taken-over</c>: who had the key.</param>
/// <param name="Until">When what begins here ends by itself: the reconnect window, the cool-down.</param>
/// <param name="Text">A sentence for people.</param>
internal sealed record StreamData(StreamKeyView Key, long Sequence, long? Generation, string? Reason, string? Origin,
    SessionIdView? Session, string? Address, string? Identity, SessionIdView? Replaced, DateTimeOffset? Until, string Text);

/// <summary>What happened to a server, to a member, or to the journal of a key.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="Why">A sentence; left out where there is none.</param>
internal sealed record NoticeData(string Name, string? Why);

[JsonSerializable(typeof(CloudEvent<StreamData>))]
[JsonSerializable(typeof(CloudEvent<NoticeData>))]
internal sealed partial class CloudEventJson : JsonSerializerContext
{
    public static CloudEventJson Shared { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
