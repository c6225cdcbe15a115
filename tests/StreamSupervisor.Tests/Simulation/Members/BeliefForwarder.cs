using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>Tells the actors of the servers what the streams of a member are now; at most once.</summary>
internal sealed class BeliefForwarder(Member member)
{
    private static readonly TimeSpan FlushAfter = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, string[]> _told = [];
    private long _epoch;
    private readonly SortedDictionary<string, SortedDictionary<string, StreamBelief>> _pending = new(StringComparer.Ordinal);

    public void Changed(string key, StreamBelief belief, string? concerns = null)
    {
        ForgetEarlierEpoch();
        _told.Remove(key, out var before);
        string[] now = [.. belief.Origins()];
        if (now.Length > 0)
        {
            _told[key] = now;
        }

        IEnumerable<string> told = before is null ? now : now.Union(before);
        foreach (var origin in concerns is null ? told : told.Append(concerns).Distinct())
        {
            if (_pending.Count == 0)
            {
                member.After(FlushAfter, Flush);
            }

            if (!_pending.TryGetValue(origin, out var beliefs))
            {
                _pending[origin] = beliefs = new(StringComparer.Ordinal);
            }

            beliefs[key] = belief;
        }
    }

    public void Stopped(string key) => _told.Remove(key);

    private void ForgetEarlierEpoch()
    {
        if (_epoch != member.Hold.Epoch)
        {
            _epoch = member.Hold.Epoch;
            _pending.Clear();
        }
    }

    private void Flush()
    {
        ForgetEarlierEpoch();
        foreach (var (origin, beliefs) in _pending)
        {
            var epoch = _epoch;
            StreamBelief[] told = [.. beliefs.Values];
            member.Regions.Route(OriginEntity.IdOf(origin), home => home.Origin(origin).Believe(told, epoch));
        }

        _pending.Clear();
    }
}
