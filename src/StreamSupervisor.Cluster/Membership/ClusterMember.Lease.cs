using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Membership;

/// <content>Beats, the end of the lease, and the session.</content>
public sealed partial class ClusterMember
{
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _askedToLeave = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pulse _beat;
    private readonly Pulse _renewed;
    private readonly Pulse _session;
    private long _renewedAt;
    private volatile bool _suspended;
    private bool _renewalsFail;

    /// <inheritdoc/>
    public TimeSpan LeaseAge => Volatile.Read(ref _renewedAt) is not 0 and var at ? _time.GetElapsedTime(at) : TimeSpan.Zero;

    private TimeSpan LeaseLeft => _settings.Lease - _settings.LeaseMargin - LeaseAge;

    private bool HoldsLeaseLocked => _standing == Standing.Member && !_suspended && LeaseLeft > TimeSpan.Zero;

    private async Task<bool> BeatUntilJoinedAsync(CancellationToken cancellation)
    {
        for (; ; cancellation.ThrowIfCancellationRequested())
        {
            var sent = _time.GetTimestamp();
            try
            {
                if (!await CallAsync((_, patience) => _membership.JoinAsync(Self, _settings.Lease, patience), Self.Id))
                {
                    return false;
                }

                lock (_gate)
                {
                    _renewedAt = sent;
                    _standing = Standing.Member;
                }

                return true;
            }
            catch (StoreUnavailableException silent)
            {
                _log.StoreSilent("joining", silent.Message, TimeSpan.Zero);
            }

            await _beat.PauseAsync(Jittered(_settings.RenewEvery), cancellation);
        }
    }

    private async Task RunRenewalsAsync()
    {
        var pause = Jittered(_settings.RenewEvery);
        while (!_stop.IsCancellationRequested && _standing == Standing.Member)
        {
            await _beat.PauseAsync(pause, _stop);
            pause = Jittered(await RenewAsync() ? _settings.RenewEvery : _settings.RenewEvery / 4);
        }
    }

    private async Task<bool> RenewAsync()
    {
        // From before the request: when the answer is slow, the store's clock started at some time in between.
        var sent = _time.GetTimestamp();
        try
        {
            if (await CallAsync((id, patience) => _membership.RenewAsync(id, _settings.Lease, patience), Self.Id))
            {
                _metrics.Renewed(_time.GetElapsedTime(sent));
                Renewed(sent);
                _renewalsFail = false;
            }
            else if (_standing == Standing.Member)
            {
                Die();
            }

            return true;
        }
        catch (StoreUnavailableException silent)
        {
            if (!_renewalsFail)
            {
                _renewalsFail = true;
                _log.StoreSilent("renewing the lease", silent.Message, LeaseLeft);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
#pragma warning disable CA1031 // Whatever a store throws against its promise: a member that stops beating is dead, so this loop must not end.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _log.Failed(fault, "renew");
        }

        return false;
    }

    private void Renewed(long sent)
    {
        bool resumed;
        TimeSpan age;
        lock (_gate)
        {
            age = LeaseAge;
            _renewedAt = sent;
            resumed = _suspended && LeaseLeft > TimeSpan.Zero;
            _suspended &= !resumed;
            _unsettled |= resumed;
        }

        if (resumed)
        {
            _log.Resumed(age, Map.CountOf(Self.Id));
            LookSoon();
        }

        _renewed.Set();
    }

    /// <summary>On its own, since the renewal that is late may hang.</summary>
    private async Task RunWatchAsync()
    {
        while (!_stop.IsCancellationRequested && _standing == Standing.Member)
        {
            var left = LeaseLeft;
            if (left <= TimeSpan.Zero)
            {
                await SuspendAsync();
            }

            await _renewed.PauseAsync(left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan, _stop);
        }
    }

    private async Task SuspendAsync()
    {
        lock (_gate)
        {
            if (_suspended || _standing != Standing.Member || LeaseLeft > TimeSpan.Zero)
            {
                return;
            }

            _suspended = true;
        }

        _log.Suspended(LeaseAge, Map.CountOf(Self.Id));
        _metrics.Suspended();
        await DropAllAsync(graceful: false);
    }

    private void Die()
    {
        lock (_gate)
        {
            if (_standing == Standing.Dead)
            {
                return;
            }

            _standing = Standing.Dead;
        }

        _log.Dead(Self.Id, Map.CountOf(Self.Id));
        _ = DropAllAsync(graceful: false);
        _renewed.Set();
        _beat.Set();
        _died.TrySetResult();
    }

    private async Task RunSessionAsync()
    {
        while (!_stop.IsCancellationRequested && _standing == Standing.Member)
        {
            try
            {
                await using var session = await _membership.OpenSessionAsync(Self.Id, _stop);
                while (!session.Lost.IsCompleted)
                {
                    await session.NextHintAsync(_stop);
                    LookSoon();
                }

                _log.SessionLost();
            }
            catch (StoreUnavailableException silent)
            {
                _log.StoreSilent("opening the session", silent.Message, LeaseLeft);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // It brings speed only; the loop tries again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _log.Failed(fault, "session");
            }

            await _session.PauseAsync(_settings.RenewEvery / 4, _stop);
        }
    }

    private TimeSpan Jittered(TimeSpan time)
    {
        lock (_random)
        {
            return time * (0.9 + (0.2 * _random.NextDouble()));
        }
    }
}
