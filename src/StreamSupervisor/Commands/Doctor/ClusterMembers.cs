using Npgsql;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>A member as the database knows it.</summary>
/// <param name="Advertised">Where the others reach it, <c>host:port</c>.</param>
/// <param name="Age">Seconds since its last beat.</param>
/// <param name="IsOver">Whether its lease is over: the others no longer trust it with keys.</param>
internal sealed record ClusterMember(string Name, string Advertised, double Age, bool IsOver)
{
    /// <summary>The host of <see cref="Advertised"/>.</summary>
    private string Host => Advertised[..Advertised.LastIndexOf(':')];

    /// <summary>Where a listener of this member is called: members share their settings, so at the port of this machine's.</summary>
    /// <param name="listen">This machine's; null: it has none.</param>
    /// <returns>Null for a member on this machine, whose ports must be others.</returns>
    public Uri? UrlOf(string? listen, ClusterOptions cluster) =>
        listen is not null && Uri.TryCreate(CallableAddress.Of(listen), UriKind.Absolute, out var own)
        && Uri.TryCreate(cluster.Advertise, UriKind.Absolute, out var self) && self.Host.Trim('[', ']') != Host.Trim('[', ']')
            ? new Uri($"{own.Scheme}://{Host}:{own.Port}") : null;
}

/// <summary>Who is a member, by the database. Asked once, for all checks.</summary>
internal sealed class ClusterMembers(SupervisorOptions options)
{
    private readonly Lazy<Task<IReadOnlyList<ClusterMember>?>> _all = new(() => ReadAsync(options, CancellationToken.None));

    /// <summary>All that have not left; null where the database does not tell. None where there is one supervisor only.</summary>
    public Task<IReadOnlyList<ClusterMember>?> AllAsync(CancellationToken cancellation) => _all.Value.WaitAsync(cancellation);

    private static async Task<IReadOnlyList<ClusterMember>?> ReadAsync(SupervisorOptions options, CancellationToken cancellation)
    {
        if (options.Storage.Provider != "postgres")
        {
            return [];
        }

        try
        {
            await using var source = PostgresConnections.Create(options.Storage.Postgres.ConnectionString, "doctor", 1);
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand(
                """
                SELECT name, advertised, extract(epoch FROM clock_timestamp() - beat_at)::float8, lease_until < clock_timestamp()
                FROM streamsupervisor.cluster_member WHERE state < 3 ORDER BY number
                """, connection);
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            var members = new List<ClusterMember>();
            while (await rows.ReadAsync(cancellation))
            {
                members.Add(new ClusterMember(rows.GetString(0), rows.GetString(1), rows.GetDouble(2), rows.GetBoolean(3)));
            }

            return members;
        }
        catch (Exception silent) when (PostgresFault.IsStoreFault(silent))
        {
            return null;
        }
    }
}
