namespace StreamSupervisor.Actors.Journal;

/// <summary>Where the journal, the snapshots and the stream index are kept.</summary>
public abstract record StoreLocation
{
    /// <summary>A PostgreSQL server, which all members of a cluster share.</summary>
    /// <param name="ConnectionString">As Npgsql reads it. May name several hosts: the one that takes writes is found.</param>
    public sealed record Postgres(string ConnectionString) : StoreLocation
    {
        /// <summary>Without the connection string: it may hold a password.</summary>
        public override string ToString() => "PostgreSQL";
    }

    /// <summary>A file of one supervisor.</summary>
    /// <param name="Path">The file; it and its folder are created if they are not there.</param>
    public sealed record Sqlite(string Path) : StoreLocation
    {
        public override string ToString() => Path;
    }
}
