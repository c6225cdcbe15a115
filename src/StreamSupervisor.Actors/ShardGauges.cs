using System.Diagnostics.Metrics;

namespace StreamSupervisor.Actors;

/// <summary>
/// What this member holds of the cluster's shards. Only the region knows it, and asking takes a message: a reading shows what the one
/// before has asked for, and 0 before the first answer.
/// </summary>
/// <param name="look">The shards of this member, and the keys in memory in them; null when it does not say so in time.</param>
internal sealed class ShardGauges(Func<Task<(int Shards, int Entities)?>> look)
{
    private Task _looking = Task.CompletedTask;
    private int _shards;
    private int _entities;

    public void Register(Meter meter)
    {
        meter.CreateObservableGauge("streamsupervisor.shards.owned", () => Read(ref _shards), "{shard}", "Shards that this member holds.");
        meter.CreateObservableGauge("streamsupervisor.shards.entities", () => Read(ref _entities), "{entity}",
            "Stream keys in memory in the shards that this member holds.");
    }

    private int Read(ref int known)
    {
        if (Volatile.Read(ref _looking) is { IsCompleted: true } before)
        {
            _ = Interlocked.CompareExchange(ref _looking, LookAsync(), before);
        }

        return Volatile.Read(ref known);
    }

    private async Task LookAsync()
    {
        if (await look() is (var shards, var entities))
        {
            Volatile.Write(ref _shards, shards);
            Volatile.Write(ref _entities, entities);
        }
    }
}
