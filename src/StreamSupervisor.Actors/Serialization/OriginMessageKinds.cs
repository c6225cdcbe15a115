using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>The messages of SRS servers: hooks, questions which process runs there, beliefs, and what every member is told.</summary>
internal static class OriginMessageKinds
{
    private static readonly OriginJson Json =
        new(new JsonSerializerOptions(OriginJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static readonly MessageKind[] Kinds =
    [
        MessageKind.Json("origin/hook-heard", Json.HookHeard),
        MessageKind.Json("origin/heartbeat-heard", Json.HeartbeatHeard),
        MessageKind.Json("origin/confirm-process", Json.ConfirmProcess),
        MessageKind.Json("origin/sweep-soon", Json.SweepSoon),
        MessageKind.Json("origin/asked-for-its-own", Json.AskedForItsOwn),
        MessageKind.Json("origin/ping", Json.Ping),
        MessageKind.Json("origin/kick-answered", Json.KickAnswered),
        MessageKind.Json("origin/beliefs-changed", Json.BeliefsChanged),
        MessageKind.Json("origin/confirmed", Json.Confirmed),
        MessageKind.Json("origin/replaced", Json.Replaced),
        MessageKind.Json("origin/wrong-server", Json.WrongServer),
        MessageKind.Json("origin/unreachable", Json.Unreachable),
        // A member of an earlier version leaves out the lists that it does not know.
        MessageKind.Json("origin/snapshot", Json.OriginSnapshot, snapshot => snapshot with
        {
            Superseded = OrEmpty(snapshot.Superseded),
            WedgedKeys = OrEmpty(snapshot.WedgedKeys),
            OrphanedKeys = OrEmpty(snapshot.OrphanedKeys),
            MisnamedKeys = OrEmpty(snapshot.MisnamedKeys),
        }),
    ];

    private static ImmutableArray<string> OrEmpty(ImmutableArray<string> names) => names.IsDefault ? [] : names;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(StoredSessionId),
        typeof(StoredStreamKey),
        typeof(StoredEnum<EvictionCause>),
        typeof(StoredEnum<HookAction>),
        typeof(StoredEnum<LiveStreamPhase>),
        typeof(StoredEnum<OriginStatus>),
    ])]
[JsonSerializable(typeof(HookHeard))]
[JsonSerializable(typeof(HeartbeatHeard))]
[JsonSerializable(typeof(ConfirmProcess))]
[JsonSerializable(typeof(SweepSoon))]
[JsonSerializable(typeof(AskedForItsOwn))]
[JsonSerializable(typeof(Ping))]
[JsonSerializable(typeof(KickAnswered))]
[JsonSerializable(typeof(BeliefsChanged))]
[JsonSerializable(typeof(ProcessConfirmation.Confirmed))]
[JsonSerializable(typeof(ProcessConfirmation.Replaced))]
[JsonSerializable(typeof(ProcessConfirmation.WrongServer))]
[JsonSerializable(typeof(ProcessConfirmation.Unreachable))]
[JsonSerializable(typeof(OriginSnapshot))]
internal sealed partial class OriginJson : JsonSerializerContext;
