using System.Data.Common;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Actors.Notices;

/// <summary>How far one receiver of webhooks has heard, and how it does.</summary>
/// <param name="Id">Stays when the settings are put in another order.</param>
/// <param name="Version">Of the one who may write: grows when a sender begins and when a person orders something.</param>
/// <param name="Journal">Every row of the journal up to this ordering is delivered, or not wanted.</param>
/// <param name="Notices">The same of the notices.</param>
/// <param name="IsParked">Nothing is sent until a person orders it.</param>
/// <param name="Failures">Rounds in a row that failed at the same place.</param>
/// <param name="NextTryAt">Not before; null: at once.</param>
/// <param name="LastError">What went wrong last, whatever came after; null: nothing ever did.</param>
/// <param name="Delivered">Messages that the receiver took, all in all.</param>
public sealed record WebhookRow(string Id, long Version, long Journal, long Notices, bool IsParked, int Failures,
    DateTimeOffset? NextTryAt, string? LastError, DateTimeOffset? LastErrorAt, long Delivered, DateTimeOffset? DeliveredAt);

/// <summary>
/// The rows of the receivers. They are in the database of the journal, so a backup that is restored takes both back together: what was
/// delivered since is delivered again under the same ids, and nothing is left out.
/// </summary>
public sealed class WebhookStore(JournalStore store)
{
    private const string Columns =
        "id, version, journal, notices, parked, failures, next_try_at, last_error, last_error_at, delivered, delivered_at";

    /// <summary>All receivers that ever were.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<WebhookRow>> AllAsync(CancellationToken cancellation = default) => store.ReadAsync(
        "the webhooks",
        async (connection, stop) =>
        {
            await using var command = connection.Command($"SELECT {Columns} FROM {store.Schema}webhook ORDER BY id");
            return await command.RowsAsync(Read, stop);
        },
        cancellation);

    /// <summary>One receiver; null: nothing was ever sent to it.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<WebhookRow?> FindAsync(string id, CancellationToken cancellation = default) => store.ReadAsync(
        "a webhook",
        async (connection, stop) =>
        {
            await using var command = connection.Command($"SELECT {Columns} FROM {store.Schema}webhook WHERE id = @id", ("@id", id));
            return await command.RowsAsync(Read, stop) is [var row, ..] ? row : null;
        },
        cancellation);

    /// <summary>Begins to send: whoever sent before finds at its next word that it is over.</summary>
    /// <param name="id">The receiver.</param>
    /// <param name="journal">Where a receiver begins that is new.</param>
    /// <param name="notices">The same among the notices.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<WebhookRow> ClaimAsync(string id, long journal, long notices, CancellationToken cancellation = default) => store.WriteAsync(
        "a webhook",
        async (transaction, stop) =>
        {
            await using var command = transaction.Command(
                $"""
                INSERT INTO {store.Schema}webhook(id, version, journal, notices, parked, failures, delivered)
                VALUES(@id, 1, @journal, @notices, @parked, 0, 0)
                ON CONFLICT (id) DO UPDATE SET version = webhook.version + 1 RETURNING {Columns}
                """,
                ("@id", id), ("@journal", journal), ("@notices", notices), ("@parked", false));
            return (await command.RowsAsync(Read, stop))[0];
        },
        cancellation);

    /// <summary>Keeps what a sender has come to.</summary>
    /// <returns>False when somebody else sends by now, or a person has ordered something: nothing is kept.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<bool> SaveAsync(WebhookRow row, CancellationToken cancellation = default) => store.WriteAsync(
        "a webhook",
        async (transaction, stop) =>
        {
            await using var command = transaction.Command(
                $"""
                UPDATE {store.Schema}webhook SET journal = @journal, notices = @notices, parked = @parked, failures = @failures,
                  next_try_at = @next, last_error = @error, last_error_at = @errorAt, delivered = @delivered, delivered_at = @deliveredAt
                WHERE id = @id AND version = @version
                """,
                ("@id", row.Id), ("@version", row.Version), ("@journal", row.Journal), ("@notices", row.Notices),
                ("@parked", row.IsParked), ("@failures", row.Failures), ("@next", row.NextTryAt?.ToUnixTimeMilliseconds()),
                ("@error", row.LastError), ("@errorAt", row.LastErrorAt?.ToUnixTimeMilliseconds()), ("@delivered", row.Delivered),
                ("@deliveredAt", row.DeliveredAt?.ToUnixTimeMilliseconds()));
            return await command.ExecuteNonQueryAsync(stop) == 1;
        },
        cancellation);

    /// <summary>A person's order: send at once, also to one that is parked.</summary>
    /// <param name="id">The receiver.</param>
    /// <param name="after">Go on behind this ordering of the journal, back or ahead; null: where it is.</param>
    /// <param name="afterNotice">The same of the notices.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How it is now; null: nothing was ever sent to it.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<WebhookRow?> RedeliverAsync(
        string id, long? after, long? afterNotice = null, CancellationToken cancellation = default) => store.WriteAsync(
        "a webhook",
        async (transaction, stop) =>
        {
            await using var command = transaction.Command(
                $"""
                UPDATE {store.Schema}webhook SET version = version + 1, parked = @parked, failures = 0, next_try_at = NULL,
                  journal = CASE WHEN @after < 0 THEN journal ELSE @after END,
                  notices = CASE WHEN @notice < 0 THEN notices ELSE @notice END
                WHERE id = @id RETURNING {Columns}
                """,
                ("@id", id), ("@parked", false), ("@after", after ?? -1), ("@notice", afterNotice ?? -1));
            return await command.RowsAsync(Read, stop) is [var row, ..] ? row : null;
        },
        cancellation);

    private static WebhookRow Read(DbDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4), row.GetInt32(5), Time(row, 6),
        row.IsDBNull(7) ? null : row.GetString(7), Time(row, 8), row.GetInt64(9), Time(row, 10));

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
