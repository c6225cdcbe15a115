using System.Collections.Immutable;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>The promises of admission, held against what was stored and what the servers saw. Each method brings the violations, in words.</summary>
internal static class Invariants
{
    /// <summary>The rows of a key have no gaps and no doubles, and its generations grow.</summary>
    public static IEnumerable<string> OfTheJournal(ImmutableArray<JournalRow> journal)
    {
        foreach (var key in journal.GroupBy(row => row.Entity))
        {
            var (before, place, generation) = (0L, 0, 0L);
            foreach (var row in key)
            {
                if ((row.Row, row.Place) != (before + 1, 0) && (row.Row, row.Place) != (before, place + 1))
                {
                    yield return $"{key.Key}: #{row.Row}.{row.Place} of {row.Writer} follows #{before}.{place}";
                }

                if (GenerationOf(row.Event) is { } next)
                {
                    if (next <= generation)
                    {
                        yield return $"{key.Key}: #{row.Row} of {row.Writer} has generation {next} after {generation}";
                    }

                    generation = next;
                }

                (before, place) = (row.Row, row.Place);
            }
        }
    }

    /// <summary>Whoever publishes beside another was admitted after that one was ordered away.</summary>
    /// <param name="isForgotten">Whether the database has forgotten what was decided at that time.</param>
    public static IEnumerable<string> OfTheAir(ImmutableArray<OnAir> onAir, ImmutableArray<JournalRow> journal, Predicate<DateTimeOffset> isForgotten)
    {
        var ordered = Ordered(journal);
        foreach (var key in onAir.GroupBy(one => one.Entity))
        {
            OnAir[] inOrder = [.. key.OrderBy(one => one.From)];
            for (var later = 1; later < inOrder.Length; later++)
            {
                if (isForgotten(inOrder[later].From))
                {
                    continue;
                }

                foreach (var earlier in inOrder[..later].Where(one => one.To > inOrder[later].From))
                {
                    if (!ordered[earlier.Session].Any(row => row.StoredAt <= inOrder[later].From))
                    {
                        yield return $"{key.Key}: {inOrder[later].Session} went on air at {inOrder[later].From:HH:mm:ss.fff} beside {earlier.Session}, which nobody had ordered away";
                    }
                }
            }
        }
    }

    /// <summary>Each DELETE names a session that a stored eviction names, and was sent after it; a session that was admitted was ordered away after that.</summary>
    public static IEnumerable<string> OfDeletes(ImmutableArray<Deleted> deletes, ImmutableArray<JournalRow> journal)
    {
        var ordered = Ordered(journal);
        var admitted = Admitted(journal);
        foreach (var delete in deletes)
        {
            if (!ordered[delete.Session].Any(row => row.StoredAt <= delete.At))
            {
                yield return $"a DELETE of {delete.Session} at {delete.At:HH:mm:ss.fff} that no stored eviction had ordered";
            }
            else if (admitted[delete.Session].Any(row => row.StoredAt <= delete.At && !ordered[delete.Session].Any(order => order.IsAfter(row) && order.StoredAt <= delete.At)))
            {
                yield return $"a DELETE at {delete.At:HH:mm:ss.fff} of {delete.Session}, which was admitted after it had been ordered away";
            }
        }
    }

    /// <summary>Who heard yes stands in the journal, admitted once.</summary>
    public static IEnumerable<string> OfAnswers(ImmutableArray<Accepted> answers, ImmutableArray<JournalRow> journal)
    {
        var admitted = Admitted(journal);
        foreach (var answer in answers)
        {
            var times = admitted[answer.Session].Count(row => row.Event is Admitted && row.Entity == answer.Entity && row.StoredAt <= answer.At);
            if (times != 1)
            {
                yield return $"{answer.Entity}: {answer.Session} heard yes at {answer.At:HH:mm:ss.fff} and stands in the journal {times} times as admitted"
                    + string.Concat(journal.Where(row => row.Entity == answer.Entity && row.Event.ToString()!.Contains(answer.Session.ClientId, StringComparison.Ordinal))
                        .Select(row => $"; #{row.Row} {row.Event.GetType().Name} by {row.Writer} at {row.StoredAt:HH:mm:ss.fff}"));
            }
        }
    }

    /// <summary>Every eviction that was decided is over: carried out, or found needless.</summary>
    public static IEnumerable<string> OfEvictions(ImmutableArray<JournalRow> journal)
    {
        var finished = journal.Where(row => row.Event is EvictionFinished).ToLookup(row => ((EvictionFinished)row.Event).Of);
        foreach (var order in journal.Where(row => row.Event is EvictionOrdered))
        {
            if (!finished[((EvictionOrdered)order.Event).Of.Session].Any(row => row.IsAfter(order)))
            {
                yield return $"{order.Entity}: the eviction of {((EvictionOrdered)order.Event).Of.Session} at {order.Event.At:HH:mm:ss.fff} has not ended";
            }
        }
    }

    private static long? GenerationOf(LiveStreamEvent happened) => happened switch
    {
        Admitted e => e.Generation,
        SessionAdopted e => e.Generation,
        _ => null,
    };

    private static ILookup<SessionId, JournalRow> Ordered(ImmutableArray<JournalRow> journal) =>
        journal.Where(row => row.Event is EvictionOrdered).ToLookup(row => ((EvictionOrdered)row.Event).Of.Session);

    private static ILookup<SessionId, JournalRow> Admitted(ImmutableArray<JournalRow> journal) =>
        journal.Where(row => GenerationOf(row.Event) is not null).ToLookup(row => row.Event is Admitted admitted ? admitted.By.Session : ((SessionAdopted)row.Event).By.Session);
}
