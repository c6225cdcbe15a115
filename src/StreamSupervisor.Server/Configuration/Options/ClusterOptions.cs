using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration;

/// <summary><c>cluster</c>: several supervisors that stand in for each other, on one PostgreSQL.</summary>
public sealed class ClusterOptions
{
    public bool Enabled { get; init; }

    /// <summary>What people call this member; the name of its machine when empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Base address where the other members reach this one. They tell members apart by it, so it stays over restarts.</summary>
    public string Advertise { get; init; } = "";

    /// <summary>Where the other members are listened to.</summary>
    public List<string> Listen { get; init; } = [];

    /// <summary>What the members know each other by, unless they have certificates.</summary>
    [Secret]
    public string Secret { get; init; } = "";

    /// <summary>Accepted beside <see cref="Secret"/>, while it is changed on one member after the other.</summary>
    [Secret]
    public string PreviousSecret { get; init; } = "";
    public CertificateOptions Certificate { get; init; } = new();
    public LeaseOptions Lease { get; init; } = new();

    /// <summary>The name to show: the configured one, or the machine's.</summary>
    internal string EffectiveName => Name.Length > 0 ? Name : Environment.MachineName;

    /// <summary>The secrets in force: the first signs, all verify.</summary>
    internal IReadOnlyList<string> Secrets => PreviousSecret.Length > 0 ? [Secret, PreviousSecret] : [Secret];
}

/// <summary><c>cluster.certificate</c>: an operator's own instead of the key that is made of <c>cluster.secret</c>.</summary>
public sealed class CertificateOptions
{
    /// <summary>A PFX file; empty: none.</summary>
    public string File { get; init; } = "";

    [Secret]
    public string Password { get; init; } = "";
}

/// <summary><c>cluster.lease</c>: how long a member that says nothing keeps what it owns.</summary>
public sealed class LeaseOptions
{
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan Renew { get; init; } = TimeSpan.FromSeconds(1);
}
