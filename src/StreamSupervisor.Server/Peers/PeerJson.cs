using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Peers;

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
[JsonSerializable(typeof(ReportProcessReplaced))]
[JsonSerializable(typeof(ReportEvicted))]
[JsonSerializable(typeof(ReportEvictionStalled))]
[JsonSerializable(typeof(ReportSearched))]
[JsonSerializable(typeof(Reserve))]
[JsonSerializable(typeof(CancelReservation))]
[JsonSerializable(typeof(Register))]
[JsonSerializable(typeof(RenewRegistration))]
[JsonSerializable(typeof(Wake))]
[JsonSerializable(typeof(Kick))]
[JsonSerializable(typeof(Release))]
[JsonSerializable(typeof(Domain.LiveStreams.Lock))]
[JsonSerializable(typeof(Unlock))]
[JsonSerializable(typeof(Pin))]
[JsonSerializable(typeof(GetState))]
[JsonSerializable(typeof(Allowed))]
[JsonSerializable(typeof(Refused))]
[JsonSerializable(typeof(ProcessInDoubt))]
[JsonSerializable(typeof(Ack))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(RegistrationReply))]
[JsonSerializable(typeof(PeerAsk))]
[JsonSerializable(typeof(PeerTells))]
[JsonSerializable(typeof(PeerTaken))]
[JsonSerializable(typeof(PeerReply))]
[JsonSerializable(typeof(PeerCloses))]
[JsonSerializable(typeof(OriginLook))]
internal sealed partial class PeerJson : JsonSerializerContext;

/// <summary>Reading and writing what goes between members.</summary>
internal static class PeerWire
{
    /// <summary>Nothing is escaped that need not be: it is never put into a page.</summary>
    public static readonly PeerJson Json =
        new(new JsonSerializerOptions(PeerJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>The body of <c>/peers/v1/ask</c>.</summary>
/// <param name="WaitMs">How long the caller waits, in milliseconds.</param>
internal sealed record PeerAsk(string Entity, long WaitMs, string Command, JsonElement Data);

/// <summary>The body of <c>/peers/v1/tell</c>.</summary>
internal sealed record PeerTells(IReadOnlyList<PeerTell> Tells);

internal sealed record PeerTell(string Entity, string Command, JsonElement Data);

/// <summary>The answer to tells: the positions of those that were not taken.</summary>
internal sealed record PeerTaken(IReadOnlyList<int> Refused);

/// <summary>The answer to an ask: <paramref name="Reply"/> and <paramref name="Data"/> when it was answered, else <paramref name="Why"/>.</summary>
internal sealed record PeerReply(string Status, bool NotOwner = false, string? Why = null, string? Reply = null, JsonElement? Data = null);

/// <summary>The body of <c>/peers/v1/closed</c>.</summary>
internal sealed record PeerCloses(IReadOnlyList<PeerClose> Closes);

internal sealed record PeerClose(string Origin, SessionId Client);
