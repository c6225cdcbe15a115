using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Observability;

/// <summary>What the kernel says at 3 a.m.</summary>
internal sealed partial class KernelLog(ILogger logger)
{
    [LoggerMessage(1, LogLevel.Debug, "Shard {Shard} (epoch {Epoch}): {From} -> {To}, {Entities} entities in memory.")]
    public partial void ShardChanged(int shard, long epoch, ShardState from, ShardState to, int entities);

    [LoggerMessage(2, LogLevel.Warning,
        "Shard {Shard}: the store did not say what became of a write under epoch {Epoch}. Raising the epoch and recovering; those who asked are told to ask again.")]
    public partial void Reacquiring(int shard, long epoch);

    [LoggerMessage(3, LogLevel.Error, "Shard {Shard}: raising its epoch threw. Trying again.")]
    public partial void ReacquireThrew(Exception fault, int shard);

    [LoggerMessage(4, LogLevel.Warning, "Shard {Shard}: the store does not answer (try {Failures}): {Why}. Asks for its entities wait. Trying again.")]
    public partial void BacklogUnavailable(int shard, int failures, string why);

    [LoggerMessage(5, LogLevel.Error, "Shard {Shard}: what is open in it cannot be read (try {Failures}).")]
    public partial void BacklogUnreadable(Exception fault, int shard, int failures);

    [LoggerMessage(6, LogLevel.Error,
        "{Entity}: its journal does not end with event {Sequence} as this owner believed. Nothing was written; recovering it from the journal.")]
    public partial void Conflict(string entity, long sequence);

    [LoggerMessage(7, LogLevel.Error, "{Entity} failed on {What}. Restarting it from its journal in {Pause}; the others are not touched.")]
    public partial void Restarting(Exception fault, string entity, string what, TimeSpan pause);

    [LoggerMessage(8, LogLevel.Critical,
        "{Entity} is in QUARANTINE: {What} was fault number {Faults} in a row. It answers nobody until it is released; every other entity goes on.")]
    public partial void Quarantined(Exception fault, string entity, string what, int faults);

    [LoggerMessage(9, LogLevel.Error, "The observer threw on a change of {Entity}. Its view may be wrong until the entity changes again.")]
    public partial void ObserverThrew(Exception fault, string entity);

    [LoggerMessage(10, LogLevel.Warning, "{Entity}: the effect {Effect} threw (time {Failures}). It runs again after a pause.")]
    public partial void EffectThrew(Exception fault, string entity, string effect, int failures);

    [LoggerMessage(11, LogLevel.Critical,
        "Shard {Shard}: lost under epoch {Epoch}, and the store does not give it back: another process writes there, or the store does not answer. Its entities answer nobody until it does. Trying every second.")]
    public partial void Dethroned(int shard, long epoch);
}
