using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>What the store keeps of a stream key for lists, written together with its events.</summary>
public static class StreamLabels
{
    public static EntityLabels Of(LiveStreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new EntityLabels(
            Status: Words.Of(state.Phase),
            Place: state.Session?.By.Origin ?? "",
            Resident: IsResident(state),
            Summary: JsonSerializer.SerializeToUtf8Bytes(StreamView.From(state), SummaryJson.Default.StreamView));
    }

    /// <summary>Whether the key has something under way that a sweep or a new owner of its shard must find in memory.</summary>
    public static bool IsResident(LiveStreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);

        // An eviction or a search that is open outlives its session: a new owner goes on with it though nobody calls. And a node's new process clears the
        // wedges of those that are in memory.
        return state.Phase != LiveStreamPhase.Idle || !state.Evictions.IsEmpty || !state.Releasing.IsEmpty || !state.Wedges.IsEmpty;
    }

    /// <summary>Whether all keys with this state, or with a session on this node, are open for the store: those that are idle may be a million.</summary>
    public static bool AreOpen(string? state, string? origin) => origin is not null || (state is not null && state != Words.Of(LiveStreamPhase.Idle));

    /// <summary>The row of a list; null for one that this version can't read.</summary>
    internal static StreamView? Read(EntityLabels labels)
    {
        try
        {
            return JsonSerializer.Deserialize(labels.Summary.Span, ApiJson.Shared.StreamView);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>
/// How a summary is written: as the API writes a stream, but with the options that generated code can write without looking at them; it is
/// written with every event of every key.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StreamView))]
internal sealed partial class SummaryJson : JsonSerializerContext;
