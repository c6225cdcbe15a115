using System.Collections.Concurrent;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>What went wrong between a key and its journal, for the log.</summary>
internal enum StoreFault
{
    Unknown,
    Recovery,
    Write,
    Conflict,
    Rejected,
    Snapshot,
    Command,
    Stranger,
    OriginUnknown,
    KickForbidden,
}

/// <summary>
/// Lets one line through for each key and kind of fault in a minute. It outlives the actors: one that cannot write starts again with
/// every message. A store that is away keeps every key from reading and writing, so that is one line a minute for all of them.
/// </summary>
internal sealed class LogThrottle
{
    private const int MaxRemembered = 4096;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Key, StoreFault Fault), DateTimeOffset> _next = new();

    public bool MayLog(string key, StoreFault fault, DateTimeOffset now)
    {
        (key, fault) = fault is StoreFault.Recovery or StoreFault.Write ? ("", StoreFault.Write) : (key, fault);
        if (_next.TryGetValue((key, fault), out var next) && now < next)
        {
            return false;
        }

        if (_next.Count >= MaxRemembered)
        {
            // A store that is away concerns every key. Then the first few thousand say enough for this minute.
            foreach (var (remembered, until) in _next)
            {
                if (until <= now)
                {
                    _next.TryRemove(remembered, out _);
                }
            }

            if (_next.Count >= MaxRemembered)
            {
                return false;
            }
        }

        _next[(key, fault)] = now + Every;
        return true;
    }
}
