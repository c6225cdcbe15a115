namespace StreamSupervisor.Domain.Policies;

/// <summary>What stands for the identity of an attempt that proved none.</summary>
public enum IdentityRule
{
    /// <summary>Whoever holds the key: the default, as in every RTMP product.</summary>
    Key,

    /// <summary>The source address.</summary>
    Address,
}
