using System.Text.Json.Serialization;
using StreamSupervisor.Actors.Counts;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>What members ask each other of themselves.</summary>
internal static class MemberMessageKinds
{
    public static readonly MessageKind[] Kinds =
    [
        MessageKind.Json("member/get-counts", MemberJson.Default.GetMemberCounts),
        MessageKind.Json("member/counts", MemberJson.Default.MemberCounts),
    ];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(GetMemberCounts))]
[JsonSerializable(typeof(MemberCounts))]
internal sealed partial class MemberJson : JsonSerializerContext;
