namespace StreamSupervisor.Actors.Moving;

/// <summary>How a value is kept on either side.</summary>
internal enum ColumnKind
{
    Text,
    Long,
    Int,

    /// <summary>0 or 1 in SQLite.</summary>
    Flag,
    Bytes,
}

/// <summary>A column that a table has in both stores, under the same name.</summary>
internal sealed record SharedColumn(string Name, ColumnKind Kind);

/// <summary>A table that both stores have. What only a cluster has (members, leases) begins empty.</summary>
/// <param name="Order">In which rows are read: by the index of the target, which is then filled from end to end.</param>
/// <param name="Numbered">The column that the database numbers; null: none.</param>
internal sealed record SharedTable(string Name, IReadOnlyList<SharedColumn> Columns, string Order, string? Numbered = null,
    string Only = "")
{
    /// <summary>All of them. A test holds this list against both schemas.</summary>
    public static IReadOnlyList<SharedTable> All { get; } =
    [
        // The history of a file is another one than that of a server: see SqliteToPostgres.
        new("setting", [Text("name"), Bytes("value")], "name", Only: "name <> 'history'"),
        new("event_journal",
            [
                Long("ordering"), Long("created"), Flag("deleted"), Text("persistence_id"), Long("sequence_number"), Int("identifier"),
                Text("manifest"), Bytes("message"),
            ], "ordering", Numbered: "ordering"),
        new("event_snapshot",
            [
                Text("persistence_id"), Long("sequence_number"), Long("created"), Int("serializer_id"), Text("manifest"), Bytes("snapshot"),
            ], "persistence_id, sequence_number"),
        new("stream_index",
            [
                Text("key"), Long("sequence"), Text("state"), Text("origin"), Text("origins"), Long("since"), Long("generation"),
                    Flag("idle"),
                Flag("open_work"), Long("wake_at"), Long("changed_at"), Bytes("summary"),
            ], "key"),
        new("notice",
            [
                Long("ordering"), Long("created"), Text("subject"), Long("number"), Text("kind"), Text("name"), Text("why"),
            ], "ordering", Numbered: "ordering"),
        new("webhook",
            [
                Text("id"), Long("version"), Long("journal"), Long("notices"), Flag("parked"), Int("failures"), Long("next_try_at"),
                Text("last_error"), Long("last_error_at"), Long("delivered"), Long("delivered_at"),
            ], "id"),
    ];

    /// <summary>Its name in PostgreSQL.</summary>
    public string Target => $"streamsupervisor.{Name}";

    /// <summary>What is read of it in SQLite.</summary>
    public string From => Only.Length > 0 ? $"{Name} WHERE {Only}" : Name;

    /// <summary>Its columns as both read them.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    private static SharedColumn Text(string name) => new(name, ColumnKind.Text);

    private static SharedColumn Long(string name) => new(name, ColumnKind.Long);

    private static SharedColumn Int(string name) => new(name, ColumnKind.Int);

    private static SharedColumn Flag(string name) => new(name, ColumnKind.Flag);

    private static SharedColumn Bytes(string name) => new(name, ColumnKind.Bytes);
}
