using Npgsql;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// How a member's beats reach PostgreSQL: on connections of their own, apart from the journal's, because a beat must not wait behind a
/// batch.
/// </summary>
internal static class MemberDatabase
{
    /// <summary>First key of the advisory locks of sessions, "SSmb"; the second is the member's number.</summary>
    public const int SessionLocks = 0x53536D62;

    /// <summary>Second key of the advisory lock under which a cluster is founded; the first is the product's.</summary>
    public const int FoundingLock = 1;

    /// <summary>Where members are told that a row has changed.</summary>
    public const string Channel = "streamsupervisor_members";

    /// <param name="connectionString">As configured.</param>
    /// <param name="purpose">Shown in <c>pg_stat_activity.application_name</c>.</param>
    /// <param name="size">At most so many connections; 0: one, without a pool.</param>
    /// <exception cref="StoreOpenException">The text is not a connection string.</exception>
    public static NpgsqlDataSource Create(string connectionString, string purpose, int size)
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresConnections.Render(connectionString, purpose, Math.Max(size, 1)));
        settings.Pooling = size > 0;

        // Shorter than the default lease: a beat that hangs is given up and sent anew on another connection while the lease runs.
        settings.Timeout = Math.Min(settings.Timeout, 3);
        settings.CommandTimeout = 3;

        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}

/// <summary>The database did not answer. What was asked may have taken place all the same.</summary>
public sealed class MemberTableSilentException(string message, Exception inner) : Exception(message, inner);
