namespace StreamSupervisor.Cluster.Sharding;

/// <summary>An entity that failed again and again and answers nobody until it is released.</summary>
/// <param name="EntityId">The entity.</param>
/// <param name="Shard">Its shard.</param>
/// <param name="Since">When it was put there.</param>
/// <param name="Why">The last fault.</param>
public sealed record QuarantinedEntity(string EntityId, int Shard, DateTimeOffset Since, string Why);
