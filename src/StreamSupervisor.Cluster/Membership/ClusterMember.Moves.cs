using StreamSupervisor.Cluster.Allocation;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Membership;

/// <content>This member's part of the plan: shards taken, passed on, taken back.</content>
public sealed partial class ClusterMember
{
    /// <summary>The last epoch of each shard that the host has, or had.</summary>
    private readonly long[] _given = new long[ShardMap.Shards];

    /// <summary>When the host last lost a shard by itself; 0 for never.</summary>
    private readonly long[] _lostAt = new long[ShardMap.Shards];

    /// <summary>Who gets a shard that is on its way out of here, or our own id for one that is being taken back.</summary>
    private readonly Guid?[] _moving = new Guid?[ShardMap.Shards];
    private readonly Turnstile _turns;
    private long _settledSince;
    private long _carriedOutAt;
    private volatile bool _draining;

    /// <summary>Whether something may not be as it should: see <see cref="CarryOutAsync"/>.</summary>
    private volatile bool _unsettled = true;

    /// <summary>Compares what should be with what is, and puts the difference right. A look that found nothing new is spared it, but for once in a while.</summary>
    private async Task CarryOutAsync()
    {
        if (!_unsettled && _time.GetElapsedTime(_carriedOutAt) < _settings.RenewEvery)
        {
            return;
        }

        (_unsettled, _carriedOutAt) = (false, _time.GetTimestamp());
        var map = Map;
        var moves = Plan(map);
        HandOver(map, moves);
        _unsettled |= Repair(map) | moves.Count > 0;
        await GrabAsync([.. moves.Where(move => move.From is null && move.To == Self.Id).Select(move => move.Shard)]);
    }

    /// <summary>The moves that are left when those under way are done.</summary>
    private IReadOnlyList<ShardMove> Plan(ClusterMap map)
    {
        var active = new List<Guid>();
        var leaving = new HashSet<Guid>();
        foreach (var member in map.Members)
        {
            if (member.State == MemberState.Active && !(_draining && member.Identity.Id == Self.Id))
            {
                active.Add(member.Identity.Id);
            }
            else
            {
                leaving.Add(member.Identity.Id);
            }
        }

        var owners = new Guid?[map.Shards.Count];
        lock (_gate)
        {
            for (var shard = 0; shard < owners.Length; shard++)
            {
                owners[shard] = _moving[shard] ?? map.Shards[shard].Owner;
            }
        }

        return ShardAllocation.Plan(active, owners, leaving);
    }

    private void HandOver(ClusterMap map, IReadOnlyList<ShardMove> moves)
    {
        // Members start one after the other: shards that move for balance wait until all are there.
        if (!_draining && _time.GetElapsedTime(_settledSince) < _settings.Settle)
        {
            return;
        }

        var fit = map.Members.Where(member => !member.LeaseExpired).Select(member => member.Identity.Id).ToHashSet();
        ShardMove[] mine = [.. moves.Where(move => move.From == Self.Id && fit.Contains(move.To) && TryBegin(move.Shard, move.To))];
        if (mine.Length > 0)
        {
            _log.HandingOver(mine.Length);
        }

        foreach (var move in mine)
        {
            _ = MoveAsync(move.Shard, () => HandOffAsync(move.Shard, move.To));
        }
    }

    private async Task HandOffAsync(int shard, Guid to)
    {
        using (var patience = new CancellationTokenSource(_settings.HandOffPatience, _time))
        {
            await _host!.DisownAsync(shard, graceful: true, patience.Token);
        }

        // Only now: while it finished what it had taken, a write of unknown outcome may have raised the epoch.
        var row = Map.Shards[shard];
        if (row.Owner != Self.Id || !HoldsLease)
        {
            return;
        }

        try
        {
            var owned = new ShardEpoch(shard, row.Epoch);
            if (await CallAsync((from, patience) => _leases.HandOffAsync(owned, from, to, patience), Self.Id) is { } epoch)
            {
                _metrics.HandedOff();
                Learn([new ShardLease(shard, epoch, to, null)]);
                return;
            }

            _log.NotHandedOver(shard, row.Epoch, to, "the shard or the member is not as the map says");
        }
        catch (StoreUnavailableException silent)
        {
            _log.NotHandedOver(shard, row.Epoch, to, silent.Message);
        }

        LookSoon();
    }

    /// <summary>Makes the host serve what the map says is ours, and nothing that it says is another's.</summary>
    /// <returns>Whether there was something to do, now or later.</returns>
    private bool Repair(ClusterMap map)
    {
        var found = false;
        foreach (var row in map.Shards)
        {
            var state = _host!.StateOf(row.Shard);
            if (row.Owner != Self.Id)
            {
                if (state is ShardState.Serving or ShardState.Recovering && row.Epoch > GivenOf(row.Shard))
                {
                    found = true;
                    _log.TakenAway(row.Shard, row.Epoch, GivenOf(row.Shard));
                    _ = _host.DisownAsync(row.Shard, graceful: false, CancellationToken.None);
                }
            }
            else if (row.Epoch > GivenOf(row.Shard))
            {
                found = true;
                if (TryBegin(row.Shard, Self.Id))
                {
                    Own(new ShardEpoch(row.Shard, row.Epoch));
                    End(row.Shard);
                }
            }
            else if (state is ShardState.NotOwned or ShardState.Lost)
            {
                found = true;
                if (MayRetake(row.Shard) && TryBegin(row.Shard, Self.Id))
                {
                    _ = MoveAsync(row.Shard, () => TakeBackAsync(row.Shard));
                }
            }
        }

        return found;
    }

    /// <summary>Ours, but dropped: only under a higher epoch is the host's memory of it fresh.</summary>
    private async Task TakeBackAsync(int shard)
    {
        var row = Map.Shards[shard];
        if (row.Owner == Self.Id && await ReacquireAsync(shard, row.Epoch, _stop) is { } epoch)
        {
            Own(new ShardEpoch(shard, epoch));
        }
    }

    private async Task GrabAsync(IReadOnlyList<int> free)
    {
        var got = 0;
        for (var at = 0; at < free.Count && HoldsLease; at += _settings.GrabBatch)
        {
            int[] batch = [.. free.Skip(at).Take(_settings.GrabBatch)];
            var grabbed = await CallAsync((id, patience) => _leases.GrabAsync(id, batch, batch.Length, patience), Self.Id);
            Learn([.. grabbed.Select(owned => new ShardLease(owned.Shard, owned.Epoch, Self.Id, null))]);
            foreach (var owned in grabbed)
            {
                Own(owned);
            }

            got += grabbed.Count;
        }

        if (got > 0)
        {
            _metrics.Grabbed(got);
            _log.Grabbed(got, Map.CountOf(Self.Id));
        }
    }

    private void Own(ShardEpoch owned)
    {
        NoteGiven(owned.Shard, owned.Epoch);
        if (!HoldsLease)
        {
            return;
        }

        _ = _host!.OwnAsync(owned, _stop);

        // The lease may have ended between the look and the call; whoever ended it has dropped all shards already.
        if (!HoldsLease)
        {
            _ = _host.DisownAsync(owned.Shard, graceful: false, CancellationToken.None);
        }
    }

    private async Task MoveAsync(int shard, Func<Task> move)
    {
        await _turns.EnterAsync();
        try
        {
            if (HoldsLease)
            {
                await move();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopping.
        }
#pragma warning disable CA1031 // The next look finds the shard where it is and puts it right.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _log.Failed(fault, "move");
        }
        finally
        {
            _turns.Leave();
            End(shard);
        }
    }

    private Task DropAllAsync(bool graceful)
    {
        if (_host is not { } host)
        {
            return Task.CompletedTask;
        }

        return graceful ? GracefullyAsync() : Task.WhenAll(Drop(CancellationToken.None));

        IEnumerable<Task> Drop(CancellationToken patience) =>
            Enumerable.Range(0, ShardMap.Shards).Select(shard => host.DisownAsync(shard, graceful, patience)).ToArray();

        async Task GracefullyAsync()
        {
            using var patience = new CancellationTokenSource(_settings.HandOffPatience, _time);
            await Task.WhenAll(Drop(patience.Token));
        }
    }

    private bool MayRetake(int shard) =>
        Volatile.Read(ref _lostAt[shard]) is var at && (at == 0 || _time.GetElapsedTime(at) >= _settings.RetakeAfter);

    private bool TryBegin(int shard, Guid to)
    {
        lock (_gate)
        {
            if (_moving[shard] is not null)
            {
                return false;
            }

            _moving[shard] = to;
            return true;
        }
    }

    private void End(int shard)
    {
        lock (_gate)
        {
            _moving[shard] = null;
        }

        _unsettled = true;
    }

    private long GivenOf(int shard)
    {
        lock (_gate)
        {
            return _given[shard];
        }
    }

    private void NoteGiven(int shard, long epoch)
    {
        lock (_gate)
        {
            _given[shard] = Math.Max(_given[shard], epoch);
        }
    }
}
