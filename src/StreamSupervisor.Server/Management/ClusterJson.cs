using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamSupervisor.Server.Management;

/// <summary>The JSON of the cluster endpoints, for the server and its client alike: camelCase, absent instead of null.</summary>
[JsonSerializable(typeof(ClusterMembersView))]
[JsonSerializable(typeof(ClusterMemberView))]
[JsonSerializable(typeof(EndedMemberView))]
[JsonSerializable(typeof(ClusterShardsView))]
[JsonSerializable(typeof(ClusterShardView))]
[JsonSerializable(typeof(ClusterOrderResult))]
internal sealed partial class ClusterJson : JsonSerializerContext
{
    public static ClusterJson Shared { get; } = Create(indented: false);

    /// <summary>The same for people who read it in a terminal.</summary>
    public static ClusterJson Indented { get; } = Create(indented: true);

    private static ClusterJson Create(bool indented) => new(new JsonSerializerOptions
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>The answer of an order.</summary>
/// <param name="Message">What happens now, as one sentence.</param>
/// <param name="Node">The member's address.</param>
/// <param name="Incarnation">Which of its incarnations.</param>
public sealed record ClusterOrderResult(string Message, string Node, Guid Incarnation);
