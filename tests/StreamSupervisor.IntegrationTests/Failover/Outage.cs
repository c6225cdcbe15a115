using System.Collections.Immutable;
using System.Globalization;
using StreamSupervisor.Actors;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>One fault, from its begin to its end, and what encoders felt of it.</summary>
/// <param name="victim">Whom it hits; null where all are hit.</param>
/// <param name="shards">Those of the victim when it began.</param>
internal sealed class Outage(string? victim, ImmutableHashSet<int> shards) : IAsyncDisposable
{
    private readonly DateTimeOffset _from = TimeProvider.System.GetUtcNow();
    private TimeSpan _longest;
    private TimeSpan? _firstGrant;

    /// <summary>When the fault was over.</summary>
    public DateTimeOffset Until { get; private set; } = DateTimeOffset.MaxValue;

    public ValueTask DisposeAsync()
    {
        Until = TimeProvider.System.GetUtcNow();
        return ValueTask.CompletedTask;
    }

    /// <summary>How long an encoder with a key of its own stood before the door, at most.</summary>
    public void Measure(Storm storm) => _longest = storm.LongestOutage(_from, Until);

    /// <summary>
    /// From the fault to the first admission of a key that the victim had owned: by the next owner, or by the victim itself where it kept its shards.
    /// </summary>
    public void AddFirstGrant(ImmutableArray<JournalRow> journal)
    {
        if (shards.Count > 0)
        {
            JournalRow[] grants =
            [
                .. journal.Where(row => row.Event is Admitted && row.StoredAt > _from && shards.Contains(ShardView.ShardOf(row.Entity))).OrderBy(row => row.StoredAt),
            ];
            _firstGrant = (grants.FirstOrDefault(row => row.Writer != victim) ?? grants.FirstOrDefault())?.StoredAt - _from;
        }
    }

    public override string ToString() =>
        $"lasted {Milliseconds(Until - _from)}, longest without an answer {Milliseconds(_longest)}"
        + (_firstGrant is { } grant ? $", first grant of a key of the victim after {Milliseconds(grant)}" : "");

    public static string Summary(IReadOnlyCollection<Outage> all) =>
        $"{all.Count} rounds; longest without an answer: {Of(all.Select(one => one._longest))}"
        + (all.Any(one => one._firstGrant is not null) ? $"; first grant: {Of(all.Select(one => one._firstGrant).OfType<TimeSpan>())}" : "");

    private static string Of(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] ordered = [.. times.Order()];
        return $"median {Milliseconds(ordered[ordered.Length / 2])}, most {Milliseconds(ordered[^1])}";
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms");
}
