using Npgsql;

namespace StreamSupervisor.Actors.Journal;

/// <summary>What an error of PostgreSQL means to us.</summary>
public static class PostgresFault
{
    /// <summary>Faults that trying again may mend; anything else is a mistake in this program.</summary>
    public static bool IsStoreFault(Exception e) => e is NpgsqlException or TimeoutException or IOException or ObjectDisposedException;

    /// <summary>
    /// The connections that we have lead to a server that is going, or that is a standby by now: new ones find the right one.
    /// </summary>
    public static bool LeadsElsewhere(Exception e) => e is PostgresException
    {
        SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow,
    };

    /// <summary>What happened, with the cause behind it: "SSL handshake failed" alone tells nobody what to mend.</summary>
    public static string WordsOf(Exception e) =>
        e.InnerException is { } cause && !e.Message.Contains(cause.Message, StringComparison.Ordinal)
            ? $"{e.Message.TrimEnd('.')}: {WordsOf(cause)}"
            : e.Message;

    /// <summary>What the person who starts the program can do about an error; null when trying again later may help.</summary>
    internal static string? Advice(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "Check user and password in storage.postgres.connection-string, and the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName =>
            "Create the database (CREATE DATABASE ...), or name another one in storage.postgres.connection-string.",
        PostgresErrorCodes.InsufficientPrivilege =>
            "Run the migrate command with the role that owns the schema; its --grant ROLE gives this role the rights to serve.",
        _ => null,
    };
}
