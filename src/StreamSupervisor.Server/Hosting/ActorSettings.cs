using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Hosting;

/// <summary>Makes what the actors are built from out of the settings that people write.</summary>
internal static class ActorSettings
{
    /// <param name="rows">What the settings say about a publisher that SRS lists.</param>
    /// <param name="policies">The rules of <c>admission</c>, which a reload replaces.</param>
    public static SupervisorSystemSettings Of(SupervisorOptions options, RowReader rows, Reloadable<PolicyBook> policies) => new()
    {
        Store = StoreOf(options.Storage),
        Cluster = options.Cluster.Enabled ? MemberOf(options) : null,
        Origins = EndpointsOf(options),
        SrsApi = options.SrsApi,
        Policies = policies,
        Rows = rows,
        Looks = new OriginSettings
        {
            SweepInterval = options.Sweep.Interval,
            SilentAfter = options.Sweep.SilentAfter,
            SilenceLook = options.Sweep.SilenceLook,
            EvictOrphans = options.Sweep.EvictOrphans,
            MaxClients = options.Hooks.MaxSessionsPerOrigin,
        },
        Streams = new LiveStreamSettings
        {
            MailboxSize = options.Kernel.MailboxSize,
            SnapshotEvery = options.Kernel.SnapshotEvery,
            PassivateAfter = options.Kernel.PassivateAfter,
            KeysInMemory = options.Kernel.KeysInMemory,
        },
        Retention = options.Journal.Retention,
        AkkaOverlay = options.AkkaOverlay,
    };

    /// <summary>Where the settings say that the store is.</summary>
    public static StoreLocation StoreOf(StorageOptions storage) => storage.Provider == "postgres"
        ? new StoreLocation.Postgres(storage.Postgres.ConnectionString)
        : new StoreLocation.Sqlite(storage.Sqlite.Path);

    /// <summary>Which SRS servers the settings name, and how they are called.</summary>
    public static IReadOnlyList<SrsEndpoint> EndpointsOf(SupervisorOptions options) =>
        [.. options.Origins.Select(origin => new SrsEndpoint(origin.Name, origin.Api, origin.Username, origin.Password))];

    /// <summary>What the members' port shows; null: it is made of the secret, or there is no such port.</summary>
    public static MemberCertificate? CertificateOf(ClusterOptions cluster) => cluster.Enabled && cluster.Certificate.File.Length > 0
        ? new MemberCertificate(cluster.Certificate.File, cluster.Certificate.Password.Length > 0 ? cluster.Certificate.Password : null)
        : null;

    private static ClusterMemberSettings MemberOf(SupervisorOptions options)
    {
        var (cluster, advertised) = (options.Cluster, new Uri(options.Cluster.Advertise));
        var listen = cluster.Listen.Count > 0 ? new Uri(cluster.Listen[0].Replace("*", "0.0.0.0", StringComparison.Ordinal)) : advertised;
        return new ClusterMemberSettings(
            new MembershipSettings
            {
                ConnectionString = options.Storage.Postgres.ConnectionString,
                Name = cluster.EffectiveName,
                Advertised = $"{advertised.Host}:{advertised.Port}",
                Lease = cluster.Lease.Ttl,
                Renew = cluster.Lease.Renew,
            },
            new RemotingEndpoint(advertised.Host, advertised.Port, listen.Host, listen.Port),
            cluster.Secret,
            cluster.PreviousSecret.Length > 0 ? cluster.PreviousSecret : null,
            CertificateOf(cluster));
    }
}
