using Npgsql;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>What an error of PostgreSQL says about a write.</summary>
internal enum WriteVerdict
{
    /// <summary>It may be durable, now or later.</summary>
    Unknown,

    /// <summary>Certainly not written, and the same statement may succeed at once.</summary>
    Again,
}

/// <summary>
/// The one table from SQLSTATE to what we believe. An error that is not in it is Unknown: the caller raises the epoch and reads back, which
/// is right after any error and merely slow after one that was certain.
/// </summary>
internal static class PostgresFault
{
    public static WriteVerdict Of(Exception e) => e is PostgresException { SqlState: var state }
        ? state switch
        {
            // The journal holds an event that the entity's row does not count. The statement was undone as a whole, so running it again harms nobody.
            PostgresErrorCodes.UniqueViolation => WriteVerdict.Again,

            // Undone by the server in favour of another transaction.
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => WriteVerdict.Again,

            // The prepared statement is stale: a migration ran under us. It never started.
            PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.FeatureNotSupported => WriteVerdict.Again,

            // Timeouts say when we stopped waiting, not what happened: 57014 may arrive while a commit waits for a standby.
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => WriteVerdict.Unknown,

            // The server goes away (57P0x), is a standby now (25006), is full (53xxx) or sick (58xxx, XX0xx); we lack a right (42501) or a
            // table (42P01).
            _ => WriteVerdict.Unknown,
        }

        // A broken connection, a timeout on our side, a cancellation: sent, perhaps done.
        : WriteVerdict.Unknown;

    /// <summary>Faults that a store answers with "unavailable" or "unknown"; anything else is a mistake in this program and is
    /// thrown.</summary>
    public static bool IsStoreFault(Exception e) => e is NpgsqlException or TimeoutException or IOException or ObjectDisposedException;

    /// <summary>The connections that we have lead to a server that is going, or that is a standby by now: new ones find the right
    /// one.</summary>
    public static bool LeadsElsewhere(Exception e) => e is PostgresException
    {
        SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow,
    };

    public static StoreUnavailableException Unavailable(string what, Exception e) => new($"PostgreSQL did not answer for {what}: {e.Message}", e);

    /// <summary>What to do about an error at the start; null when trying again later may help.</summary>
    public static string? Advice(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "Check user and password in storage.postgres.connection-string, and the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName => "Create the database (CREATE DATABASE ...), or name another one in storage.postgres.connection-string.",
        PostgresErrorCodes.InsufficientPrivilege =>
            "Run the migrate command with the role that owns the schema; its --grant ROLE gives this role the rights to serve.",
        _ => null,
    };
}
