using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Index;

/// <summary>
/// What the index keeps of a stream beside the columns that are searched: enough for a row of a list and for what an origin's actor
/// believes. What ends by the mere passing of time (a reservation, a cool-down) stands in it with its end; the reader takes it out.
/// </summary>
/// <remarks>Stored for ever beside rows of other versions: a new property needs a default value in the constructor.</remarks>
public sealed record StreamSummary(
    StreamKey Key,
    long Generation,
    Session? Session,
    Handover? Handover,
    ImmutableList<Eviction> Evictions,
    Session? Interrupted,
    DateTimeOffset? ReconnectUntil,
    OperatorMark? Locked,
    string? PinnedTo,
    OperatorMark? Pinned,
    ImmutableList<Wedge> Wedges,
    string? ReservedFor,
    DateTimeOffset? ReservedUntil,
    DateTimeOffset? CoolDownUntil,
    ImmutableList<Relay>? Relays = null)
{
    /// <summary>The phase, which the other parts say.</summary>
    [JsonIgnore]
    public LiveStreamPhase Phase => this switch
    {
        { Handover: not null } => LiveStreamPhase.Handover,
        { Session: not null } => LiveStreamPhase.Live,
        { ReconnectUntil: not null } => LiveStreamPhase.Interrupted,
        _ => LiveStreamPhase.Idle,
    };

    /// <summary>The summary of a state.</summary>
    public static StreamSummary Of(LiveStreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new StreamSummary(
            state.Key, state.Generation, state.Session, state.Handover, state.Evictions, state.Interrupted, state.ReconnectUntil,
            state.Locked, state.PinnedTo, state.Pinned, state.Wedges,
            state.ReservedFor, state.ReservedUntil, state.CoolDownUntil, state.Relays);
    }

    /// <summary>The names of all servers that the stream touches.</summary>
    internal IEnumerable<string> Origins() => new[] { Session?.By.Origin, Handover?.To.Origin, Interrupted?.By.Origin }
        .Concat(Evictions.Select(eviction => eviction.Of.Origin))
        .Concat(Wedges.Select(wedge => wedge.Origin))
        .Concat((Relays ?? []).Select(relay => relay.By.Origin))
        .Where(origin => !string.IsNullOrEmpty(origin))
        .Select(origin => origin!)
        .Distinct(StringComparer.Ordinal);

    internal byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, SummaryCodec.Json.StreamSummary);

    /// <summary>Null for one that this version can't read.</summary>
    internal static StreamSummary? Decode(byte[] stored)
    {
        try
        {
            return JsonSerializer.Deserialize(stored, SummaryCodec.Json.StreamSummary);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    IgnoreReadOnlyProperties = true,
    Converters =
    [
        typeof(StoredSessionId),
        typeof(StoredStreamKey),
        typeof(StoredEnum<AdmissionRule>),
        typeof(StoredEnum<AskedIn>),
        typeof(StoredEnum<EvictionCause>),
    ])]
[JsonSerializable(typeof(StreamSummary))]
internal sealed partial class SummaryJson : JsonSerializerContext;

internal static class SummaryCodec
{
    /// <summary>As the journal's: a Chinese identity stays readable.</summary>
    public static readonly SummaryJson Json =
        new(new JsonSerializerOptions(SummaryJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
