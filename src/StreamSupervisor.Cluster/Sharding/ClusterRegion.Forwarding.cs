using StreamSupervisor.Cluster.Observability;

namespace StreamSupervisor.Cluster.Sharding;

/// <content>Questions under way to other members.</content>
public sealed partial class ClusterRegion<TCommand, TReply>
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Forward> _forwards = [];
    private bool _watching;

    private async Task<AskResult<TReply>> AskOwnerAsync(int shard, string entityId, TCommand command, TimeSpan left, CancellationToken cancellation)
    {
        if (left <= TimeSpan.Zero)
        {
            return AskResult<TReply>.Not(AskStatus.Unavailable, "The deadline had passed before the ask.");
        }

        var owner = _view.OwnerOf(shard);
        if (owner is null || owner.Id == _view.Self.Id)
        {
            return AskResult<TReply>.Not(AskStatus.Unavailable, $"Shard {shard} has no owner yet.");
        }

        using var forward = new Forward(owner.Id);
        using var gone = cancellation.UnsafeRegister(static state => ((Forward)state!).Cancel(), forward);
        var place = Begin(forward);
        var since = _time.GetTimestamp();
        using var span = ForwardTrace.Begin(owner.Name);
        var answer = await _parts.Peers.AskAsync(owner.BaseUrl, entityId, command, left, forward.Token);
        End(place);
        if (cancellation.IsCancellationRequested)
        {
            _metrics.Withdrawn(_time.GetElapsedTime(since));
            cancellation.ThrowIfCancellationRequested();
        }

        _metrics.Forwarded(answer.NotOwner, answer.Result.Status, _time.GetElapsedTime(since));
        return answer.Result.Status == AskStatus.Unknown && forward.MemberIsGone
            ? AskResult<TReply>.Not(AskStatus.Unavailable, $"{owner.Name} died while it was asked.")
            : answer.Result;
    }

    private LinkedListNode<Forward> Begin(Forward forward)
    {
        lock (_gate)
        {
            var place = _forwards.AddLast(forward);
            if (_watching)
            {
                return place;
            }

            _watching = true;
            _ = WatchAsync();
            return place;
        }
    }

    private void End(LinkedListNode<Forward> place)
    {
        lock (_gate)
        {
            _forwards.Remove(place);
        }
    }

    /// <summary>While anything is under way: a member that is gone answers nobody, whoever asked it must not wait for its own deadline.</summary>
    private async Task WatchAsync()
    {
        while (true)
        {
            await _view.NextChangeAsync(CancellationToken.None);
            Forward[] lost;
            lock (_gate)
            {
                if (_forwards.Count == 0)
                {
                    _watching = false;
                    return;
                }

                var alive = _view.Members.Select(member => member.Identity.Id).ToHashSet();
                lost = [.. _forwards.Where(forward => !alive.Contains(forward.To))];
            }

            foreach (var forward in lost)
            {
                forward.MemberIsGone = true;
                forward.Cancel();
            }
        }
    }

    /// <summary>One question at another member.</summary>
    private sealed class Forward(Guid to) : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly CancellationTokenSource _giveUp = new();
        private bool _over;

        public Guid To { get; } = to;
        public volatile bool MemberIsGone;

        public CancellationToken Token => _giveUp.Token;

        public void Cancel()
        {
            lock (_gate)
            {
                // The answer may have come at this very moment.
                if (!_over)
                {
                    _giveUp.Cancel();
                }
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _over = true;
            }

            _giveUp.Dispose();
        }
    }
}
