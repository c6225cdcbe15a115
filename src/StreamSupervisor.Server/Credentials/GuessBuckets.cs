using System.Net;
using System.Net.Sockets;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// How many wrong guesses each caller has left. Each wrong one stays counted for the window; a caller with as many as the limit is refused
/// unlooked, also with the right word, so that hanging up and trying on gains nothing.
/// <para>
/// Memory is bounded by two generations of a fixed size: when the young one is full it becomes the old one and the old one is forgotten. A
/// flood from many addresses can thus make us forget an honest count early, which costs a few guesses at full speed; the opposite, a table
/// that grows with the flood, would cost the process.
/// </para>
/// </summary>
public sealed class GuessBuckets<TCaller>(int limit, TimeSpan window, int tracked)
    where TCaller : notnull
{
    private readonly System.Threading.Lock _lock = new();
    private readonly int _generationSize = Math.Max(1, tracked / 2);
    private Dictionary<TCaller, DateTimeOffset[]> _young = [];
    private Dictionary<TCaller, DateTimeOffset[]> _old = [];

    /// <summary>Callers that are remembered at the moment.</summary>
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

    /// <summary>Counts a wrong guess.</summary>
    public void Count(TCaller caller, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_young.TryGetValue(caller, out var times))
            {
                times = _old.Remove(caller, out var known) ? known : new DateTimeOffset[limit];
                if (_young.Count >= _generationSize)
                {
                    _old = _young;
                    _young = [];
                }

                _young.Add(caller, times);
            }

            times[Oldest(times)] = now;
        }
    }

    /// <summary>After what time this caller may guess again; null: now.</summary>
    public TimeSpan? FullAgainIn(TCaller caller, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_young.TryGetValue(caller, out var times) && !_old.TryGetValue(caller, out times))
            {
                return null;
            }

            // A clock that was set back must not lock anybody out for longer than the window.
            var oldest = times[Oldest(times)];
            var left = oldest + window - now;
            return oldest == default || left <= TimeSpan.Zero || left > window ? null : left;
        }
    }

    private static int Oldest(DateTimeOffset[] times) => Array.IndexOf(times, times.Min());
}

/// <summary>Who counts as one caller.</summary>
public static class GuessBuckets
{
    /// <summary>An address; of IPv6 the first 64 bits, since one household has all the others.</summary>
    public static string NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6 && !IPAddress.IsLoopback(plain)
            ? Convert.ToHexStringLower(plain.GetAddressBytes().AsSpan(0, 8))
            : plain.ToString();
    }

    /// <summary>The same of an address as text; text that is none stays as it is.</summary>
    public static string NetworkOf(string address) => IPAddress.TryParse(address, out var parsed) ? NetworkOf(parsed) : address;
}
