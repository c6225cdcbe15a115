using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>
/// The JSON between members: that of the journal (names of enums, sessions as three names), so that one set of golden rules holds for both.
/// What a reader does not know it skips; what it needs and does not find is an error.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(StoredSessionId),
        typeof(StoredEnum<AskedIn>),
        typeof(StoredEnum<AskStatus>),
        typeof(StoredEnum<CredentialVerdict>),
        typeof(StoredEnum<RefusalReason>),
        typeof(StoredEnum<RegistrationDecision>),
        typeof(StoredEnum<ReleaseProof>),
    ])]
[JsonSerializable(typeof(RequestPublish))]
[JsonSerializable(typeof(ReportUnpublished))]
[JsonSerializable(typeof(ReportClosed))]
[JsonSerializable(typeof(ReportRefusedUnseen))]
[JsonSerializable(typeof(ReportPublisherSeen))]
[JsonSerializable(typeof(ReportPublisherMissing))]
[JsonSerializable(typeof(ReportSilent))]
[JsonSerializable(typeof(ReportOrphaned))]
[JsonSerializable(typeof(ReportProcessReplaced))]
[JsonSerializable(typeof(ReportEvicted))]
[JsonSerializable(typeof(ReportEvictionStalled))]
[JsonSerializable(typeof(ReportSearched))]
[JsonSerializable(typeof(ReportOriginUnknown))]
[JsonSerializable(typeof(Reserve))]
[JsonSerializable(typeof(CancelReservation))]
[JsonSerializable(typeof(Register))]
[JsonSerializable(typeof(RenewRegistration))]
[JsonSerializable(typeof(Wake))]
[JsonSerializable(typeof(Kick))]
[JsonSerializable(typeof(Release))]
[JsonSerializable(typeof(Lock))]
[JsonSerializable(typeof(Unlock))]
[JsonSerializable(typeof(Pin))]
[JsonSerializable(typeof(RecordOrder))]
[JsonSerializable(typeof(ReleaseQuarantine))]
[JsonSerializable(typeof(GetState))]
[JsonSerializable(typeof(Allowed))]
[JsonSerializable(typeof(Refused))]
[JsonSerializable(typeof(ProcessInDoubt))]
[JsonSerializable(typeof(AdmissionsHeld))]
[JsonSerializable(typeof(Ack))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(GenerationMoved))]
[JsonSerializable(typeof(RegistrationReply))]
[JsonSerializable(typeof(StreamRefusal))]
[JsonSerializable(typeof(WireAsk))]
[JsonSerializable(typeof(WireAnswer))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>Writing and reading what goes between members.</summary>
internal static class Wire
{
    /// <summary>Nothing is escaped that need not be: it is never put into a page.</summary>
    public static readonly WireJson Json =
        new(new JsonSerializerOptions(WireJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>A <see cref="StreamEnvelope"/> on its way.</summary>
internal sealed record WireAsk(string Key, long Ask, string Kind, JsonElement Data, string? Trace = null);

/// <summary>A <see cref="StreamAnswer"/> on its way.</summary>
internal sealed record WireAnswer(long Ask, string Kind, JsonElement Data);
