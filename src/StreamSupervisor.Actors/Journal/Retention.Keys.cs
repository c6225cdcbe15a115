using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace StreamSupervisor.Actors.Journal;

/// <content>Whole keys that nobody used for as long as is kept, a page of them in one transaction.</content>
public sealed partial class Retention
{
    private async Task<int> ClearIdleKeysAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var (cleared, changedAt, key) = (0, 0L, "");
        while (await CandidatesAsync(changedAt, key, before, cancellation) is { Count: > 0 } candidates)
        {
            var step = await StepAsync(
                "clearing idle keys",
                (transaction, stop) => ClearKeysAsync(transaction, candidates, before.UtcTicks, stop),
                cancellation);
            cleared += step.Cleared;

            // None was looked at while another member was at it: what it leaves is for the next round.
            var last = candidates[(step.Looked > 0 ? step.Looked : candidates.Count) - 1];
            (changedAt, key) = (last.ChangedAt, last.Key);
        }

        return cleared;
    }

    /// <summary>
    /// Events first: a recovery that reads between the statements sees either all or nothing, for they are one transaction. A row that is
    /// written at this very moment stays, alone; it carries every number that it sets, and of an idle key nothing else counts.
    /// </summary>
    /// <returns>How many of the candidates were looked at, from the first, so that no more than a step's rows go; and how many
    /// went.</returns>
    private async Task<(int Looked, int Cleared)> ClearKeysAsync(
        DbTransaction transaction, IReadOnlyList<Candidate> candidates, long before, CancellationToken cancellation)
    {
        var journals = await JournalsAsync(transaction, candidates, cancellation);
        var (whole, gone, rows, looked) = (new List<Candidate>(), new List<Candidate>(), 0L, 0);
        for (; looked < candidates.Count && rows < settings.Step; looked++)
        {
            var candidate = candidates[looked];
            var journal = journals.GetValueOrDefault(candidate.Id);
            if (journal.Newest > candidate.Sequence || journal.CreatedAt >= before)
            {
                // The index lags or the key is in use.
                continue;
            }

            // Where the journal ends before the row of the index, the key was deleted and began anew: the row stands for nothing.
            gone.Add(candidate);
            if (journal.Newest == candidate.Sequence)
            {
                whole.Add(candidate);
                rows += journal.Rows;
            }
        }

        if (whole.Count > 0)
        {
            _ = await RunAsync(transaction, $"DELETE FROM {store.Schema}event_journal WHERE "
                + AnyOf(whole, "persistence_id = @id{0} AND sequence_number <= @sequence{0}"), Values(whole), cancellation);
            _ = await RunAsync(transaction, $"DELETE FROM {store.Schema}event_snapshot WHERE "
                + AnyOf(whole, "persistence_id = @id{0}"), Values(whole), cancellation);
        }

        if (gone.Count > 0)
        {
            _ = await RunAsync(transaction, $"DELETE FROM {store.Schema}stream_index WHERE "
                + AnyOf(gone, "key = @key{0} AND sequence = @sequence{0}"), Values(gone), cancellation);
        }

        return (looked, whole.Count);
    }

    private async Task<Dictionary<string, (long Newest, long CreatedAt, long Rows)>> JournalsAsync(
        DbTransaction transaction, IReadOnlyList<Candidate> candidates, CancellationToken cancellation)
    {
        await using var command = transaction.Command(
            $"""
            SELECT persistence_id, max(sequence_number), max(created), count(*) FROM {store.Schema}event_journal
            WHERE {AnyOf(candidates, "persistence_id = @id{0}")} GROUP BY persistence_id
            """,
            Values(candidates));
        var journals = await command.RowsAsync(
            row => (Id: row.GetString(0), Journal: (row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))), cancellation);
        return journals.ToDictionary(one => one.Id, one => one.Journal, StringComparer.Ordinal);
    }

    /// <summary>A condition on a page of keys, in which {0} stands for the number of each.</summary>
    private static string AnyOf(IReadOnlyList<Candidate> keys, [StringSyntax(StringSyntaxAttribute.CompositeFormat)] string condition) =>
        string.Join(" OR ", keys.Select((_, at) => string.Format(CultureInfo.InvariantCulture, $"({condition})", at)));

    private static (string, object?)[] Values(IReadOnlyList<Candidate> keys) =>
    [
        .. keys.SelectMany((one, at) => new (string, object?)[]
        {
            (string.Create(CultureInfo.InvariantCulture, $"@id{at}"), one.Id),
            (string.Create(CultureInfo.InvariantCulture, $"@key{at}"), one.Key),
            (string.Create(CultureInfo.InvariantCulture, $"@sequence{at}"), one.Sequence),
        }),
    ];

    private Task<IReadOnlyList<Candidate>> CandidatesAsync(
        long changedAt, string key, DateTimeOffset before, CancellationToken cancellation) =>
        store.ReadAsync(
            "the keys that are idle",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"""
                    SELECT key, sequence, changed_at FROM {store.Schema}stream_index
                    WHERE idle AND changed_at < @before AND (changed_at, key) > (@changed, @key) ORDER BY changed_at, key LIMIT @limit
                    """,
                    ("@before", before.ToUnixTimeMilliseconds()),
                    ("@changed", changedAt),
                    ("@key", key),
                    ("@limit", KeysOfAStep));
                return await command.RowsAsync(row => new Candidate(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), stop);
            },
            cancellation);

    private readonly record struct Candidate(string Key, long Sequence, long ChangedAt)
    {
        /// <summary>Of its actor's journal.</summary>
        public string Id => Timeline.IdPrefix + Key;
    }
}
