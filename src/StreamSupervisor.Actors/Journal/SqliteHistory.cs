using System.Globalization;
using System.Text;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// What the file of one supervisor says of its own past, and the mark beside it (<c>FILE.mark</c>) that says how far it had come. A backup
/// that is put in its place is behind the mark; nothing else is.
/// </summary>
internal sealed class SqliteHistory(SqliteStore store)
{
    /// <summary>A setting: <c>epoch identity</c>.</summary>
    private const string Row = "history";
    private static readonly DateTimeOffset Since = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly StoredSettings _settings = new(store);

    /// <summary>How far the file has come. One that has no name of its own yet is given one.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    public async Task<StoreMark> ReadAsync(CancellationToken cancellation)
    {
        var (history, newest) = await store.ReadAsync("its history", async (connection, stop) =>
        {
            await using var command = connection.Command(
                $"""
                SELECT (SELECT value FROM setting WHERE name = '{Row}'),
                  coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event_journal'), 0)
                """);
            return (await command.RowsAsync(row => (row.IsDBNull(0) ? null : (byte[])row[0], row.GetInt64(1)), stop))[0];
        }, cancellation);
        history ??= await _settings.GetOrAddAsync(Row, Encoding.ASCII.GetBytes($"0 {Guid.NewGuid():N}"), cancellation);
        return Encoding.ASCII.GetString(history).Split(' ') is [var epoch, var identity]
            && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var inEpoch)
            ? new StoreMark(identity, inEpoch, newest)
            : throw new StoreOpenException($"The setting '{Row}' in {store.Path} holds no epoch and no identity. Delete that row.");
    }

    /// <summary>Raises the epoch above one that was seen.</summary>
    /// <returns>The new one.</returns>
    /// <exception cref="StoreUnavailableException">It cannot be written.</exception>
    public async Task<StoreMark> RaiseAsync(StoreMark found, long above, DateTimeOffset now, CancellationToken cancellation)
    {
        var raised = found with { Epoch = Math.Max(Math.Max(above, found.Epoch) + 1, (long)(now - Since).TotalSeconds) };
        var value = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{raised.Epoch} {raised.Identity}"));
        return await store.WriteAsync("a new epoch", async (transaction, stop) =>
        {
            await using var command = transaction.Command($"UPDATE setting SET value = @value WHERE name = '{Row}'", ("@value", value));
            _ = await command.ExecuteNonQueryAsync(stop);
            return raised;
        }, cancellation);
    }

    /// <summary>
    /// Deletes snapshots that came from records that are gone: one that is ahead of the journal would keep its key from ever writing again.
    /// Keys whose row in the stream index did are woken, so that they write another.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It cannot be written.</exception>
    public Task ForgetWhatIsGoneAsync(CancellationToken cancellation) => store.WriteAsync("the stream index", async (transaction, stop) =>
    {
        await using var command = transaction.Command(
            """
            UPDATE stream_index SET sequence = 0, idle = 0, open_work = 1 WHERE sequence > 0 AND NOT EXISTS (
              SELECT 1 FROM event_journal j
              WHERE j.persistence_id = 'live-stream/' || stream_index.key AND j.sequence_number >= stream_index.sequence);
            DELETE FROM event_snapshot WHERE NOT EXISTS (
              SELECT 1 FROM event_journal j
              WHERE j.persistence_id = event_snapshot.persistence_id AND j.sequence_number >= event_snapshot.sequence_number)
            """);
        return await command.ExecuteNonQueryAsync(stop);
    }, cancellation);

    /// <summary>What stands beside the file; null: nothing that can be read.</summary>
    public StoreMark? Remembered()
    {
        try
        {
            return File.Exists(MarkFile) ? StoreMark.TryParse(File.ReadAllText(MarkFile)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it down, all of it or nothing.</summary>
    /// <returns>Why it could not be written; null: it was.</returns>
    public string? Remember(StoreMark mark)
    {
        try
        {
            File.WriteAllText(MarkFile + ".new", mark + "\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(MarkFile + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            File.Move(MarkFile + ".new", MarkFile, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private string MarkFile => store.Path + ".mark";
}
