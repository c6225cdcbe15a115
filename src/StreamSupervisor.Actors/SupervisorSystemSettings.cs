using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors;

/// <summary>What a member's actors are built from.</summary>
public sealed record SupervisorSystemSettings
{
    /// <summary>Where journal, snapshots and index are.</summary>
    public required StoreLocation Store { get; init; }

    /// <summary>This member among others; null: one supervisor alone with its file.</summary>
    public ClusterMemberSettings? Cluster { get; init; }

    /// <summary>The configured SRS servers, and how they are called.</summary>
    public required IReadOnlyList<SrsEndpoint> Origins { get; init; }
    public SrsApiOptions SrsApi { get; init; } = new();

    /// <summary>The policies of keys.</summary>
    public required Reloadable<PolicyBook> Policies { get; init; }

    /// <summary>What the settings say about a publisher that SRS lists.</summary>
    public required RowReader Rows { get; init; }
    public OriginSettings Looks { get; init; } = new();
    public LiveStreamSettings Streams { get; init; } = new();

    /// <summary>Events older than this that a snapshot covers are cleared, and whole keys that are idle for longer. 0 keeps all.</summary>
    public TimeSpan Retention { get; init; }

    /// <summary>A user's block <c>akka { … }</c>, in the form that Akka's reader takes. What decides is laid over it.</summary>
    public string AkkaOverlay { get; init; } = "";
}

/// <summary>One member among others.</summary>
/// <param name="Membership">Who it is, and how long its beat lasts.</param>
/// <param name="Remoting">Where the others reach it.</param>
/// <param name="Secret">What the members know each other by.</param>
/// <param name="PreviousSecret">Accepted beside it while it is changed; null for none.</param>
/// <param name="Certificate">An operator's own, instead of both secrets; null for none.</param>
public sealed record ClusterMemberSettings(MembershipSettings Membership, RemotingEndpoint Remoting, string Secret, string? PreviousSecret,
    MemberCertificate? Certificate = null)
{
    /// <summary>How its connections are closed to strangers.</summary>
    internal RemotingTls TlsOf(TimeProvider time) =>
        Certificate is null ? RemotingTls.FromSecret(Secret, PreviousSecret, time) : RemotingTls.FromCertificate(Certificate);
}
