using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Membership;

/// <content>Reads members and map, and judges who is dead.</content>
public sealed partial class ClusterMember
{
    private readonly DeathWatch _deaths;
    private readonly Pulse _look;
    private readonly Pulse _pace;
    private bool _storeSilent;

    private async Task RunLooksAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var suspicion = false;
            try
            {
                var members = await LookAsync();
                if (HoldsLease)
                {
                    suspicion = await JudgeAsync(members);
                    await CarryOutAsync();
                }

                _storeSilent = false;
            }
            catch (StoreUnavailableException silent)
            {
                _deaths.Gap();
                if (!_storeSilent)
                {
                    _storeSilent = true;
                    _log.StoreSilent("looking at members and shards", silent.Message, LeaseLeft);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The loop that repairs everything else must not end.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _deaths.Gap();
                _log.Failed(fault, "look");
            }

            // However many hints come, the store is not asked more often than this.
            await _pace.PauseAsync(_settings.PollSoon, _stop);
            if (!suspicion)
            {
                await _look.PauseAsync(_settings.PollEvery - _settings.PollSoon, _stop);
            }
        }
    }

    private async Task<IReadOnlyList<MemberSighting>> LookAsync()
    {
        // The map before the members: an owner in it that is not among the members afterwards is dead, and not just newer than the list.
        var table = await CallAsync((_, patience) => _leases.ReadAsync(Map.Version, patience), Self.Id);
        var members = await CallAsync((_, patience) => _membership.LookAsync(patience), Self.Id);
        _deaths.Saw(members);
        ClusterMap before;
        ClusterMap map;
        lock (_gate)
        {
            before = _map;
            map = before.With(table, members);
            Volatile.Write(ref _map, map);
        }

        if (!before.Members.Select(NameOf).SequenceEqual(map.Members.Select(NameOf)))
        {
            _log.MembersChanged(string.Join(", ", map.Members.Select(NameOf)));
            _settledSince = _time.GetTimestamp();
        }

        if (map.DiffersFrom(before))
        {
            _unsettled = true;
            _changes.Raise();
        }

        Myself(members);
        return members;
    }

    private void Myself(IReadOnlyList<MemberSighting> members)
    {
        var me = members.FirstOrDefault(member => member.Identity.Id == Self.Id);
        if (me is null && _standing == Standing.Member)
        {
            Die();
        }
        else if (me?.State == MemberState.Draining && !_draining)
        {
            (_draining, _unsettled) = (true, true);
            _askedToLeave.TrySetResult();
        }
    }

    /// <returns>Whether another look, soon, may settle a suspicion.</returns>
    private async Task<bool> JudgeAsync(IReadOnlyList<MemberSighting> members)
    {
        MemberSighting[] others = [.. members.Where(member => member.Identity.Id != Self.Id)];
        await Task.WhenAll(others.Where(_deaths.MissesSession).Select(ProbeAsync));
        var suspicion = false;
        foreach (var member in others)
        {
            var evidence = _deaths.EvidenceAgainst(member);
            if (evidence == DeathEvidence.None)
            {
                suspicion |= _deaths.Suspects(member);
            }
            else if (await CallAsync((id, patience) => _membership.DeclareDeadAsync(id, member.Beat, evidence, patience), member.Identity.Id))
            {
                _metrics.DeclaredDead();
                _log.DeclaredDead(member.Identity.Name, member.Identity.BaseUrl, evidence, Map.CountOf(member.Identity.Id));
                Forget(member.Identity.Id);
            }
        }

        return suspicion;
    }

    /// <summary>Its shards are free from now on, in this very round.</summary>
    private void Forget(Guid dead)
    {
        lock (_gate)
        {
            Volatile.Write(ref _map, _map.With(null, [.. _map.Members.Where(member => member.Identity.Id != dead)]));
        }

        (_settledSince, _unsettled) = (_time.GetTimestamp(), true);
        _changes.Raise();
    }

    private async Task ProbeAsync(MemberSighting member)
    {
        // A process that was killed and started again at once: at its address somebody listens, and that is this process.
        if (member.Identity.BaseUrl == Self.BaseUrl)
        {
            _deaths.Probed(member, refused: true);
            return;
        }

        using var patience = new CancellationTokenSource(_settings.ProbeTimeout, _time);
        _deaths.Probed(member, await _reachability.RefusesConnectionsAsync(member.Identity.BaseUrl, patience.Token));
    }

    private static string NameOf(MemberSighting member) =>
        member.State == MemberState.Active ? member.Identity.Name : $"{member.Identity.Name} ({member.State})";
}
