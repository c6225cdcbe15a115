namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// Lets a line into the log at once and then at most one in a while, and says with each how many it has kept back since the one before.
/// Kinds of lines and configured servers are few, so nothing is forgotten.
/// </summary>
/// <param name="apart">Between the first two lines of one kind about one server; it doubles with each that follows.</param>
/// <param name="time">Paces it.</param>
/// <param name="atMost">What it doubles up to, and the quiet after which it begins anew; null: it stays as it is.</param>
internal sealed class LineThrottle(TimeSpan apart, TimeProvider time, TimeSpan? atMost = null)
{
    private readonly System.Threading.Lock _gate = new();
    private readonly TimeSpan _atMost = atMost ?? apart;
    private readonly Dictionary<(string Kind, string Origin), Said> _said = [];

    /// <param name="origin">The configured name of the server; empty where it is about none.</param>
    public bool May(string kind, string origin, out int keptBack)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!_said.TryGetValue((kind, origin), out var said))
            {
                said = new Said(now, now, apart, 0);
            }
            else if (time.GetElapsedTime(said.At, now) < said.Apart)
            {
                _said[(kind, origin)] = said with { CameAt = now, KeptBack = said.KeptBack + 1 };
                keptBack = 0;
                return false;
            }
            else
            {
                // Not by what was kept back: something that comes every eleven seconds would be a line each time.
                var isNew = time.GetElapsedTime(said.CameAt, now) >= _atMost;
                said = said with { Apart = isNew ? apart : TimeSpan.FromTicks(Math.Min(said.Apart.Ticks * 2, _atMost.Ticks)) };
            }

            keptBack = said.KeptBack;
            _said[(kind, origin)] = said with { At = now, CameAt = now, KeptBack = 0 };
            return true;
        }
    }

    /// <param name="At">When the last line was let in.</param>
    /// <param name="CameAt">When the last one came, let in or not.</param>
    /// <param name="Apart">How long none is let in after it.</param>
    private readonly record struct Said(long At, long CameAt, TimeSpan Apart, int KeptBack);
}
