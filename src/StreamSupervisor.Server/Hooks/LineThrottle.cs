namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// Lets a line into the log at once and then at most one in a while, and says with each how many it has kept back since the one before.
/// Kinds of lines and configured servers are few, so nothing is forgotten.
/// </summary>
/// <param name="apart">Between two lines of one kind about one server.</param>
internal sealed class LineThrottle(TimeSpan apart, TimeProvider time)
{
    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<(string Kind, string Origin), (long SaidAt, int KeptBack)> _said = [];

    /// <param name="origin">The configured name of the server; empty where it is about none.</param>
    public bool May(string kind, string origin, out int keptBack)
    {
        lock (_gate)
        {
            var isKnown = _said.TryGetValue((kind, origin), out var said);
            if (isKnown && time.GetElapsedTime(said.SaidAt) < apart)
            {
                _said[(kind, origin)] = said with { KeptBack = said.KeptBack + 1 };
                keptBack = 0;
                return false;
            }

            keptBack = said.KeptBack;
            _said[(kind, origin)] = (time.GetTimestamp(), 0);
            return true;
        }
    }
}
