using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// Counts wrong credentials by address and key, and says when an answer is to be delayed. Memory is bounded by two generations of a
/// fixed size: when the young one is full it becomes the old one and the old one is forgotten. A flood from many addresses can thus make us forget
/// an honest count early, which costs a few guesses at full speed; the opposite, a table that grows with the flood, would cost the process.
/// </summary>
public sealed class WrongCredentials(int limit, TimeSpan window, TimeSpan delay, int tracked)
{
    private readonly System.Threading.Lock _lock = new();
    private readonly int _generationSize = Math.Max(1, tracked / 2);
    private Dictionary<(string Address, StreamKey Key), Recent> _young = [];
    private Dictionary<(string Address, StreamKey Key), Recent> _old = [];

    /// <summary>Pairs that are remembered at the moment.</summary>
    public int Tracked
    {
        get
        {
            lock (_lock)
            {
                return _young.Count + _old.Count;
            }
        }
    }

    /// <summary>Counts a wrong credential.</summary>
    /// <returns>How long its answer is to wait.</returns>
    public TimeSpan Count(string address, StreamKey key, DateTimeOffset now)
    {
        lock (_lock)
        {
            var pair = (address, key);
            if (!_young.TryGetValue(pair, out var recent))
            {
                recent = _old.Remove(pair, out var known) ? known : new Recent(limit);
                if (_young.Count >= _generationSize)
                {
                    _old = _young;
                    _young = [];
                }

                _young.Add(pair, recent);
            }

            return recent.Add(now, window) ? delay : TimeSpan.Zero;
        }
    }

    /// <summary>The last few times, oldest first to be overwritten.</summary>
    private sealed class Recent(int limit)
    {
        private readonly DateTimeOffset[] _times = new DateTimeOffset[limit];
        private int _next;

        /// <returns>Whether there were already <c>limit</c> of them within the window.</returns>
        public bool Add(DateTimeOffset now, TimeSpan window)
        {
            var oldest = _times[_next];
            _times[_next] = now;
            _next = (_next + 1) % _times.Length;
            return oldest != default && now - oldest < window;
        }
    }
}
