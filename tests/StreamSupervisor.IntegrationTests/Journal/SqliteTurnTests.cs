using System.Data;
using Microsoft.Data.Sqlite;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.IntegrationTests.Journal;

public sealed class SqliteTurnTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("streamsupervisor-turn-").FullName, "turns.db");

    public SqliteTurnTests()
    {
        using var connection = SqliteFile.Open(_path);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; CREATE TABLE t(a INTEGER)";
        _ = command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        SqliteFile.LetGo(_path);
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
    }

    [Fact]
    public async Task The_second_writer_begins_when_the_first_has_closed()
    {
        await using var first = SqliteFile.Open(_path);
        await using var second = SqliteFile.Open(_path);
        var writing = await first.BeginTransactionAsync(IsolationLevel.ReadCommitted);

        var waiting = second.BeginTransactionAsync(IsolationLevel.ReadCommitted).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        await writing.CommitAsync();
        waiting.IsCompleted.ShouldBeFalse("the turn lasts until the connection is closed");
        await first.CloseAsync();

        await using var turn = await waiting;
        Insert(second);
        await turn.CommitAsync();
    }

    [Fact]
    public async Task A_connection_keeps_its_turn_for_the_next_transaction()
    {
        await using var connection = SqliteFile.Open(_path);
        await (await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted)).DisposeAsync();

        await using var second = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        Insert(connection);
        await second.CommitAsync();
    }

    [Fact]
    public async Task Who_only_reads_waits_for_nobody()
    {
        await using var first = SqliteFile.Open(_path);
        await using var second = SqliteFile.Open(_path);
        await using var writing = await first.BeginTransactionAsync(IsolationLevel.ReadCommitted);

        await using var reading = await second.BeginTransactionAsync(IsolationLevel.ReadUncommitted);
        Count(second).ShouldBe(0);
    }

    [Fact]
    public async Task A_turn_whose_connection_is_disposed_in_the_midst_goes_to_the_next()
    {
        var lost = SqliteFile.Open(_path);
        await lost.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        Insert(lost);
        await lost.DisposeAsync();

        await using var next = SqliteFile.Open(_path);
        await using var turn = await next.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        Count(next).ShouldBe(0);
    }

    private static void Insert(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO t VALUES (1)";
        _ = command.ExecuteNonQuery();
    }

    private static long Count(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM t";
        return (long)command.ExecuteScalar()!;
    }
}
