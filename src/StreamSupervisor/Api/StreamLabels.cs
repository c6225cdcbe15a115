using System.Text.Json;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Api;

/// <summary>What the store keeps of a stream key for lists, written together with its events.</summary>
public static class StreamLabels
{
    public static EntityLabels Of(LiveStreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new EntityLabels(
            Status: Words.Of(state.Phase),
            Place: state.Session?.By.Origin ?? "",
            // An eviction that is open outlives its session: a new owner of the shard must go on with it though nobody calls.
            Resident: state.Phase != LiveStreamPhase.Idle || !state.Evictions.IsEmpty,
            Summary: JsonSerializer.SerializeToUtf8Bytes(StreamView.From(state), ApiJson.Shared.StreamView));
    }

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
