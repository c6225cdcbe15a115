using System.Data.Common;
using Npgsql;

namespace StreamSupervisor.Actors.Journal;

/// <summary>How we connect to PostgreSQL: what an operator set wins, except where a guarantee rests on it.</summary>
public static class PostgresConnections
{
    /// <summary>Advisory locks of this product, apart from those of others in the same database: "SSup".</summary>
    public const int LockClass = 0x53537570;

    private const string Form = "Write it as Host=...;Database=...;Username=...;Password=...; a value with ; or = in it in double quotes.";

    /// <summary>A pool of connections.</summary>
    /// <param name="connectionString">As configured.</param>
    /// <param name="purpose">Shown in <c>pg_stat_activity.application_name</c>. Pools of different purposes do not share
    /// connections.</param>
    /// <param name="size">At most so many connections. Who finds none free waits for one, 4 s at most.</param>
    /// <exception cref="StoreOpenException">The text is not a connection string.</exception>
    public static NpgsqlDataSource Create(string connectionString, string purpose, int size) =>
        new NpgsqlDataSourceBuilder(Render(connectionString, purpose, size)).Build();

    /// <summary>The same as text, for those who make their own pool of it.</summary>
    /// <exception cref="StoreOpenException">The text is not a connection string.</exception>
    public static string Render(string connectionString, string purpose, int size)
    {
        var settings = Parse(connectionString);
        settings.ApplicationName = $"streamsupervisor {purpose}";
        settings.MaxPoolSize = size;
        settings.MinPoolSize = 0;
        settings.Multiplexing = false;
        settings.Enlist = false;
        settings.IncludeErrorDetail = false;
        settings.MaxAutoPrepare = 32;
        settings.AutoPrepareMinUsages = 2;

        // Nobody here changes a session's settings or leaves a lock or a cursor behind; the reset would go before every transaction.
        settings.NoResetOnClose = true;

        // A member that waits longer than its lease for an answer serves nobody. The server stops first, so that its answer is known.
        settings.Timeout = Math.Min(settings.Timeout, 4);
        settings.CommandTimeout = 6;
        settings.CancellationTimeout = 500;

        // Npgsql remembers for ten seconds which of several hosts was the primary, and would send everybody to the dead one for as long.
        // And a switchover may leave the old primary running and read-only: by its own word it is a primary still.
        settings.HostRecheckSeconds = 1;
        if (settings.Host!.Contains(',', StringComparison.Ordinal) && settings.TargetSessionAttributes is null or "" or "primary")
        {
            settings.TargetSessionAttributes = "read-write";
        }

        // Both ends notice a cut cable within seconds: the server must not keep the locks of a member that is gone.
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 3;
        settings.TcpKeepAliveInterval = 1;
        settings.Options = "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=5000 " +
            "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=6000 -c jit=off " +
            "-c default_transaction_isolation=read\\ committed " + settings.Options;
        return settings.ConnectionString;
    }

    /// <summary>Looks at what the server promises, before anything rests on it.</summary>
    /// <exception cref="StoreOpenException">The server cannot keep what we need.</exception>
    internal static async Task CheckServerAsync(NpgsqlConnection connection, ILogger log, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_setting('fsync'),
              current_setting('synchronous_commit'), current_setting('full_page_writes'), current_setting('server_version'),
              pg_is_in_recovery()
            """;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        _ = await row.ReadAsync(cancellation);
        if (row.GetInt32(0) < 130000)
        {
            throw new StoreOpenException($"The PostgreSQL server is version {row.GetString(5)}. Use 13 or newer.");
        }

        if (row.GetString(1) != "UTF8")
        {
            throw new StoreOpenException(
                $"The database has the encoding {row.GetString(1)}, which cannot hold every stream's name. " +
                "Create it with ENCODING 'UTF8'.");
        }

        if (row.GetBoolean(6))
        {
            throw new StoreOpenException(
                "The PostgreSQL server is a standby and takes no writes. Name the primary, or all servers and " +
                "Target Session Attributes=primary.");
        }

        foreach (var (column, setting) in new[] { (2, "fsync"), (3, "synchronous_commit"), (4, "full_page_writes") })
        {
            if (row.GetString(column) == "off")
            {
                log.LogWarning(
                    "PostgreSQL runs with {Setting} = off: a crash of the server can take back publishers that were let in. Set it to on.",
                    setting);
            }
        }
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or DbException)
        {
            // Without the text and without the reason: both may hold a part of the password.
            throw new StoreOpenException($"storage.postgres.connection-string cannot be read ({e.GetType().Name}). {Form}");
        }

        return string.IsNullOrEmpty(settings.Host)
            ? throw new StoreOpenException("storage.postgres.connection-string names no server. " + Form)
            : settings;
    }
}
