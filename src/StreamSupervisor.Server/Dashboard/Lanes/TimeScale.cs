namespace StreamSupervisor.Server.Dashboard.Lanes;

/// <summary>
/// Places moments on a line from 0 to 1. Long stretches in which nothing changes are folded to a narrow strip, so that a handover of this
/// morning and one of now are both seen.
/// </summary>
internal sealed class TimeScale
{
    /// <summary>Shorter ones are shown as they are.</summary>
    private static readonly TimeSpan ShortestFold = TimeSpan.FromMinutes(1);

    /// <summary>What is left unfolded on either side, so that milliseconds do not fill the whole line.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private const int MostFolds = 12;
    private const double FoldWidth = 0.03;

    private static readonly int[] Steps =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

    private TimeScale(IReadOnlyList<TimePiece> pieces) => Pieces = pieces;

    /// <summary>From left to right, without gaps.</summary>
    public IReadOnlyList<TimePiece> Pieces { get; }

    /// <summary>A scale from one moment to another.</summary>
    /// <param name="from">The left edge.</param>
    /// <param name="to">The right edge.</param>
    /// <param name="moments">When anything changes; in any order, those outside do not count.</param>
    /// <param name="foldsGaps">Whether stretches without a change are folded.</param>
    public static TimeScale Of(DateTimeOffset from, DateTimeOffset to, IEnumerable<DateTimeOffset> moments, bool foldsGaps = true)
    {
        to = to > from ? to : from + TimeSpan.FromSeconds(1);
        var folds = foldsGaps ? FoldsOf([from, .. moments.Where(at => at > from && at < to).Order(), to]) : [];
        var shown = (to - from) - folds.Aggregate(TimeSpan.Zero, (sum, fold) => sum + (fold.To - fold.From));
        var perTick = (1 - (folds.Count * FoldWidth)) / shown.Ticks;
        var pieces = new List<TimePiece>();
        var (at, left) = (from, 0.0);
        foreach (var fold in folds)
        {
            Add(fold.From, (fold.From - at).Ticks * perTick, isFolded: false);
            Add(fold.To, FoldWidth, isFolded: true);
        }

        Add(to, 1 - left, isFolded: false);
        return new TimeScale(pieces);

        void Add(DateTimeOffset until, double width, bool isFolded)
        {
            if (until > at)
            {
                pieces.Add(new TimePiece(at, until, left, left + width, isFolded));
                (at, left) = (until, left + width);
            }
        }
    }

    /// <summary>Where a moment is, from 0 to 1; what is outside is at the nearer edge.</summary>
    public double At(DateTimeOffset moment)
    {
        var piece = Pieces.FirstOrDefault(one => moment < one.To) ?? Pieces[^1];
        var share = (moment - piece.From) / (piece.To - piece.From);
        return piece.Left + ((piece.Right - piece.Left) * Math.Clamp(share, 0, 1));
    }

    /// <summary>Round times for labels, at least <paramref name="apart"/> of the line from each other.</summary>
    public IReadOnlyList<(DateTimeOffset At, double X)> Ticks(double apart = 0.1)
    {
        var shown = Pieces.Where(piece => !piece.IsFolded).ToList();
        var perWidth = shown.Sum(piece => (piece.To - piece.From).TotalSeconds) / shown.Sum(piece => piece.Right - piece.Left);
        var step = TimeSpan.FromSeconds(Steps.FirstOrDefault(seconds => seconds >= perWidth * apart, Steps[^1]));
        var ticks = new List<(DateTimeOffset At, double X)>();
        foreach (var piece in shown)
        {
            TryAdd(piece.From);
            var rounds = ((piece.To - piece.From).Ticks / step.Ticks) + 1;
            for (var round = 0; round < Math.Min(rounds, (long)(1 / apart) + 1); round++)
            {
                TryAdd(new DateTimeOffset(((piece.From.UtcTicks / step.Ticks) + 1 + round) * step.Ticks, TimeSpan.Zero), piece.To);
            }
        }

        return ticks;

        void TryAdd(DateTimeOffset at, DateTimeOffset? until = null)
        {
            if (at <= (until ?? at) && At(at) is var x && (ticks.Count == 0 || x - ticks[^1].X >= apart))
            {
                ticks.Add((at, x));
            }
        }
    }

    /// <summary>The longest stretches without a change, while each is long beside all that is not folded.</summary>
    private static List<(DateTimeOffset From, DateTimeOffset To)> FoldsOf(List<DateTimeOffset> moments)
    {
        var left = moments[^1] - moments[0];
        var folds = new List<(DateTimeOffset From, DateTimeOffset To)>();
        var gaps = moments.Zip(moments.Skip(1), (from, to) => (From: from, To: to));
        foreach (var (from, to) in gaps.OrderByDescending(gap => gap.To - gap.From))
        {
            if (folds.Count == MostFolds || to - from <= ShortestFold || to - from <= left / 8)
            {
                break;
            }

            folds.Add((from + Margin, to - Margin));
            left -= to - from - (2 * Margin);
        }

        folds.Sort();
        return folds;
    }
}

/// <summary>A part of the line.</summary>
/// <param name="Left">From 0.</param>
/// <param name="Right">To 1.</param>
/// <param name="IsFolded">Whether it is a stretch without a change, drawn narrow.</param>
internal sealed record TimePiece(DateTimeOffset From, DateTimeOffset To, double Left, double Right, bool IsFolded);
