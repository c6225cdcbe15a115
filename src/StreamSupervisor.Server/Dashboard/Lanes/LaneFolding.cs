namespace StreamSupervisor.Server.Dashboard.Lanes;

/// <summary>Puts many lanes into few: a storm of tries is one row that says how many, from where and from when to when.</summary>
internal static class LaneFolding
{
    /// <summary>The lanes, or where there are more than <paramref name="most"/>, fewer that stand for them.</summary>
    /// <param name="lanes">In the order of asking.</param>
    /// <param name="most">So many are drawn. What has not ended is never folded.</param>
    public static IReadOnlyList<Lane> Of(IReadOnlyList<AttemptLane> lanes, int most)
    {
        if (lanes.Count <= most)
        {
            return lanes;
        }

        var folded = FoldTries(lanes);
        return folded.Count <= most ? folded : FoldOldest(folded, most);
    }

    /// <summary>The refused tries of one address are one row, where the first of them stood.</summary>
    private static List<Lane> FoldTries(IReadOnlyList<AttemptLane> lanes)
    {
        var tries = lanes.Where(lane => lane.IsRefusedTry).GroupBy(lane => lane.Address).Where(group => group.Count() > 1)
            .ToDictionary(group => group.Key, group => group.ToList());
        var result = new List<Lane>();
        foreach (var lane in lanes)
        {
            if (!lane.IsRefusedTry || !tries.TryGetValue(lane.Address, out var same))
            {
                result.Add(lane);
            }
            else if (lane == same[0])
            {
                var (from, to) = (same.Min(StartOf), same.Max(EndOf));
                result.Add(new FoldedTriesLane(lane.Address, same.Count, from, to) { Marks = [same[0].Marks[0], same[^1].Marks[^1]] });
            }
        }

        return result;
    }

    private static List<Lane> FoldOldest(List<Lane> lanes, int most)
    {
        // One row is the one that stands for the others.
        var spare = lanes.Count - most + 1;
        var oldest = lanes.Where(lane => lane is not AttemptLane { GoesOn: true }).Take(spare).ToList();
        if (oldest.Count < 2)
        {
            return lanes;
        }

        var sessions = oldest.Sum(lane => lane is FoldedTriesLane tries ? tries.Tries : 1);
        var row = new FoldedSessionsLane(sessions, oldest.Min(StartOf), oldest.Max(EndOf));
        var gone = oldest.ToHashSet(ReferenceEqualityComparer.Instance);
        return [row, .. lanes.Where(lane => !gone.Contains(lane))];
    }

    private static DateTimeOffset StartOf(Lane lane) => lane switch
    {
        FoldedTriesLane tries => tries.From,
        _ => lane.Marks.Select(mark => mark.At).Concat(lane.Bars.Select(bar => bar.From)).Min(),
    };

    private static DateTimeOffset EndOf(Lane lane) => lane switch
    {
        FoldedTriesLane tries => tries.To,
        _ => lane.Marks.Select(mark => mark.At).Concat(lane.Bars.Select(bar => bar.To)).Max(),
    };
}
