using System.Data.Common;
using Npgsql;

namespace StreamSupervisor.Actors.Membership;

/// <summary>How a member's beats reach PostgreSQL: on connections of their own, apart from the journal's, because a beat must not wait behind a batch.</summary>
internal static class MemberDatabase
{
    /// <summary>First key of the advisory locks of sessions; the second is the member's number.</summary>
    public const int SessionLocks = 0x53_53_4D_42;

    /// <summary>Key of the advisory lock under which a cluster is founded.</summary>
    public const long FoundingLock = 0x53_53_46_4F_55_4E_44;

    /// <summary>Where members are told that a row has changed.</summary>
    public const string Channel = "streamsupervisor_members";

    /// <param name="connectionString">As configured; what an operator set wins, except where membership rests on it.</param>
    /// <param name="purpose">Shown in <c>pg_stat_activity.application_name</c>.</param>
    /// <param name="size">At most so many connections; 0: one, without a pool.</param>
    /// <exception cref="FormatException">The text is not a connection string; without the text, which may hold a password.</exception>
    public static NpgsqlDataSource Create(string connectionString, string purpose, int size)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or DbException)
        {
#pragma warning disable MA0054 // The inner message may hold a part of the password.
            throw new FormatException($"storage.postgres.connection-string cannot be read ({e.GetType().Name}).");
#pragma warning restore MA0054
        }

        settings.ApplicationName = $"streamsupervisor {purpose}";
        settings.Pooling = size > 0;
        settings.MaxPoolSize = Math.Max(size, 1);
        settings.MinPoolSize = 0;
        settings.Multiplexing = false;
        settings.Enlist = false;

        // Shorter than the default lease: a beat that hangs is given up and sent anew on another connection while the lease runs.
        settings.Timeout = Math.Min(settings.Timeout, 3);
        settings.CommandTimeout = 3;
        settings.CancellationTimeout = 500;

        // Both ends notice a cut cable within seconds: the server must not keep the lock of a member that is gone.
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 3;
        settings.TcpKeepAliveInterval = 1;
        settings.Options = "-c statement_timeout=2500 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=5000 " +
            "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=6000 -c jit=off " +
            "-c default_transaction_isolation=read\\ committed " + settings.Options;

        if (settings.Host?.Contains(',', StringComparison.Ordinal) == true)
        {
            // Npgsql believes for 10 s, its default, that a server is what it was: a failover of the database would outlast every lease.
            settings.HostRecheckSeconds = 1;
            settings.TargetSessionAttributes ??= "read-write";
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>Whether the database did not answer, or not as one that takes writes; anything else is a mistake in this program.</summary>
    public static bool IsSilence(Exception e) => e is NpgsqlException or TimeoutException or IOException or ObjectDisposedException;

    /// <summary>Whether the pooled connections lead to a server that is going, or is a standby by now: new ones find the right one.</summary>
    public static bool LeadsElsewhere(Exception e) => e is PostgresException
    {
        SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow,
    };
}

/// <summary>The database did not answer. What was asked may have taken place all the same.</summary>
public sealed class MemberTableSilentException(string message, Exception inner) : Exception(message, inner);
