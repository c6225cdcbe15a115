namespace StreamSupervisor.Cluster.Sharding;

/// <summary>The door to the entities: any member answers for any entity.</summary>
public interface IShardRegion<TCommand, TReply>
    where TCommand : notnull
    where TReply : notnull
{
    /// <summary>Asks an entity. The answer, if it is one, is durable and was given by the entity's owner.</summary>
    /// <param name="entityId">The entity; starts it if need be.</param>
    /// <param name="command">The command.</param>
    /// <param name="deadline">After this the caller no longer waits; what it asked may still happen. Asking again is safe.</param>
    /// <param name="cancellation">The caller went away.</param>
    Task<AskResult<TReply>> AskAsync(string entityId, TCommand command, DateTimeOffset deadline, CancellationToken cancellation);

    /// <summary>
    /// Puts a message into the entity's mailbox without waiting for the outcome, in the order of the calls of one caller.
    /// </summary>
    /// <returns>False when the mailbox was full or the entity has no owner: nothing will happen.</returns>
    bool Tell(string entityId, TCommand command);
}

/// <summary>How an ask ended. Zero never means yes.</summary>
public enum AskStatus
{
    /// <summary>Nobody knows: the deadline passed, or the write's outcome is unknown. Ask again.</summary>
    Unknown,

    /// <summary>The entity answered.</summary>
    Answered,

    /// <summary>The mailbox or the appender is full. Nothing happened.</summary>
    Overloaded,

    /// <summary>The entity failed on this message, or is in quarantine. Nothing happened.</summary>
    Failed,

    /// <summary>No owner could be reached, or this member is stopping. Nothing is known to have happened; ask again.</summary>
    Unavailable,
}

/// <summary>The result of an ask.</summary>
public readonly record struct AskResult<TReply>(AskStatus Status, TReply? Reply, string? Why)
{
    public static AskResult<TReply> Answered(TReply reply) => new(AskStatus.Answered, reply, null);

    public static AskResult<TReply> Not(AskStatus status, string why) => new(status, default, why);
}
