using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// Tells entities what must not be waited for. Mostly that is one call; where the mailbox is full or the shard has no owner, the message
/// waits here and is tried again, in the order of its entity and without holding up others.
/// <para>Bounded in number and in time: what is lost is found again by the sweep, only later.</para>
/// </summary>
internal sealed class LateTells
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    private readonly System.Threading.Lock _gate = new();
    private readonly LinkedList<(string EntityId, LiveStreamCommand Command, long Since)> _waiting = new();
    private readonly Dictionary<string, int> _waitingOf = [];
    private readonly IShardRegion<LiveStreamCommand, LiveStreamReply> _region;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private bool _retrying;

    public LateTells(IShardRegion<LiveStreamCommand, LiveStreamReply> region, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        _region = region;
        _time = time;
        _logger = logger;
        _stopping = stopping;
    }

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Puts the message into the entity's mailbox, now or as soon as it has room. Never waits.</summary>
    public void Tell(string entityId, LiveStreamCommand command)
    {
        lock (_gate)
        {
            // Behind one that waits for the same entity: the order of the hooks is the order of the messages.
            if (!_waitingOf.ContainsKey(entityId) && _region.Tell(entityId, command))
            {
                return;
            }

            if (_waiting.Count >= Capacity)
            {
                _logger.LogError("{Count} messages wait for their streams already; one for {Key} is dropped. The next sweep finds what it said.", Capacity, entityId);
                return;
            }

            _waiting.AddLast((entityId, command, _time.GetTimestamp()));
            _waitingOf[entityId] = _waitingOf.GetValueOrDefault(entityId) + 1;
            if (_retrying)
            {
                return;
            }

            _retrying = true;
        }

        _ = RetryAsync();
    }

    private async Task RetryAsync()
    {
        var backoff = new Srs.Api.Backoff(FirstRetry, 2, LongestRetry);
        try
        {
            do
            {
                await Task.Delay(backoff.Next(), _time, _stopping);
            }
            while (!RetryOnce());
        }
        catch (OperationCanceledException)
        {
            // The program stops; what waits is found by the sweep of whoever owns the streams next.
        }
    }

    /// <returns>Whether nothing waits any more.</returns>
    private bool RetryOnce()
    {
        lock (_gate)
        {
            var blocked = new HashSet<string>();
            for (var place = _waiting.First; place is not null;)
            {
                var next = place.Next;
                var (entityId, command, since) = place.Value;
                if (_time.GetElapsedTime(since) > GiveUpAfter)
                {
                    _logger.LogError("A message waited {Seconds} s for {Key} in vain and is dropped. The next sweep finds what it said.", GiveUpAfter.TotalSeconds, entityId);
                    Remove(place);
                }
                else if (!blocked.Contains(entityId))
                {
                    if (_region.Tell(entityId, command))
                    {
                        Remove(place);
                    }
                    else
                    {
                        blocked.Add(entityId);
                    }
                }

                place = next;
            }

            return !(_retrying = _waiting.Count > 0);
        }
    }

    private void Remove(LinkedListNode<(string EntityId, LiveStreamCommand Command, long Since)> place)
    {
        _waiting.Remove(place);
        var entityId = place.Value.EntityId;
        if (--_waitingOf[entityId] == 0)
        {
            _waitingOf.Remove(entityId);
        }
    }
}
