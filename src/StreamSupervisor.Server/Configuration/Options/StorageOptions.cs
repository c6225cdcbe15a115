using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration;

/// <summary><c>storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string Provider { get; init; } = "sqlite";
    public SqliteOptions Sqlite { get; init; } = new();
    public PostgresOptions Postgres { get; init; } = new();
}

public sealed class SqliteOptions
{
    public string Path { get; init; } = "data/streamsupervisor.db";
}

public sealed class PostgresOptions
{
    [Secret]
    public string ConnectionString { get; init; } = "";
}
