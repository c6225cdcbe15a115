namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The number of an event within its key. A row of the journal holds the events of one command or several refusals, so the number is that
/// of the row times 1,000, plus the place within the row: 12000 is the first event of row 12, 12001 the second. It is unique, grows with
/// time and never changes; it has gaps.
/// </summary>
public static class EventSequence
{
    /// <summary>The number of the very first event of a key.</summary>
    public const long First = PerRow;

    private const long PerRow = 1000;

    /// <param name="row">The row, from 1.</param>
    /// <param name="place">From 0. No row has a thousand events; those from the thousandth on would share its number.</param>
    internal static long Of(long row, int place) => checked((row * PerRow) + Math.Min(place, PerRow - 1));

    internal static long RowOf(long sequence) => sequence / PerRow;
}
