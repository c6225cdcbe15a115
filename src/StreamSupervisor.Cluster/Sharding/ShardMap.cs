using System.Buffers;
using System.Text;

namespace StreamSupervisor.Cluster.Sharding;

/// <summary>Where an entity lives: its shard, for the life of a database.</summary>
public static class ShardMap
{
    /// <summary>The number of shards. Never changes for a database: the shard is part of every stored row.</summary>
    public const int Shards = 256;

    private const int OnStack = 512;

    /// <summary>The shard of an entity, 0 to 255: the same in every process, on every machine, in every version.</summary>
    /// <remarks>
    /// FNV-1a over the id's UTF-8, then mixed, since the low byte of plain FNV-1a is uneven over ids that differ only in a trailing
    /// number. Not <see cref="string.GetHashCode()"/>: that is another one in every process.
    /// </remarks>
    public static int ShardOf(string entityId)
    {
        ArgumentNullException.ThrowIfNull(entityId);
        var most = Encoding.UTF8.GetMaxByteCount(entityId.Length);
        if (most <= OnStack)
        {
            Span<byte> bytes = stackalloc byte[OnStack];
            return ShardOf(bytes[..Encoding.UTF8.GetBytes(entityId, bytes)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(most);
        var shard = ShardOf(rented.AsSpan(0, Encoding.UTF8.GetBytes(entityId, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return shard;
    }

    private static int ShardOf(ReadOnlySpan<byte> utf8)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        return (int)((hash ^ (hash >> 33)) % Shards);
    }
}
