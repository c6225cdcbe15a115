namespace StreamSupervisor.Srs.Configuration;

/// <summary>"Did you mean …": the known name that takes the fewest slips of a finger.</summary>
internal static class NearestName
{
    /// <summary>The nearest candidate, or null if none is near: at most a third of the letters differ, at least two may.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        if (name.Length > 64)
        {
            return null;
        }

        var nearest = candidates.Select(c => (Name: c, Distance: Distance(name.ToLowerInvariant(), c)))
            .OrderBy(c => c.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, name.Length / 3) ? nearest.Name : null;
    }

    /// <summary>Letters to insert, remove, change, or swap with their neighbour.</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
