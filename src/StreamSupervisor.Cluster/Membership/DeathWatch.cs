namespace StreamSupervisor.Cluster.Membership;

/// <summary>
/// What one member has seen of the others' beats, and so whom it may declare dead. Decides when to try; the store decides whether it is so.
///
/// A lease that is over is not enough. After an outage of the store everybody's lease is over, and whoever is back first would kill all
/// the others. So the same beat must have been seen for two renew periods by looks that had no gap between them: in that time the store
/// demonstrably answered, and who lives has beaten. A look that failed, or came late because this process was paused, starts this anew.
///
/// A session that is gone is not enough either (a restart of the store ends all), nor is a refused connection (a listener that is not up
/// yet). Both, twice in a row with the same beat, are a process that ended; but only if it was seen with a session before,
/// or has beaten for a while. One that has just joined has neither session nor listener for a moment, and the hint of its joining brings
/// the others' looks at that very moment.
/// </summary>
internal sealed class DeathWatch(ClusterMemberSettings settings, TimeProvider time)
{
    /// <summary>Beats after which a member must have had a session, seen or not.</summary>
    private const long BeatsUntilSettled = 2;

    private Dictionary<Guid, Watched> _watched = [];
    private HashSet<Guid> _hadSession = [];
    private long? _lastLook;

    /// <summary>A look failed: what was seen before it counts no more.</summary>
    public void Gap() => _lastLook = null;

    /// <summary>A look succeeded.</summary>
    public void Saw(IReadOnlyList<MemberSighting> members)
    {
        if (_lastLook is not { } last || time.GetElapsedTime(last) > settings.PollGap)
        {
            _watched = [];
        }

        var now = time.GetTimestamp();
        _lastLook = now;
        var watched = new Dictionary<Guid, Watched>(members.Count);
        foreach (var member in members)
        {
            var id = member.Identity.Id;
            watched[id] = _watched.TryGetValue(id, out var before) && before.Beat == member.Beat
                ? before with { Looks = before.Looks + 1, Refusals = member.SessionHeld ? 0 : before.Refusals }
                : new Watched(member.Beat, now, 1, 0);
        }

        _watched = watched;
        _hadSession = [.. members.Where(member => member.SessionHeld || _hadSession.Contains(member.Identity.Id)).Select(member => member.Identity.Id)];
    }

    /// <summary>Whether it is worth a look if its address refuses connections.</summary>
    public bool MissesSession(MemberSighting member) =>
        !member.SessionHeld && (member.Beat > BeatsUntilSettled || _hadSession.Contains(member.Identity.Id));

    /// <summary>Tells whether the address of a member without a session refused in this look.</summary>
    public void Probed(MemberSighting member, bool refused)
    {
        if (_watched.TryGetValue(member.Identity.Id, out var seen))
        {
            _watched[member.Identity.Id] = seen with { Refusals = refused && MissesSession(member) ? seen.Refusals + 1 : 0 };
        }
    }

    /// <summary>Whether one more look, soon, may settle it.</summary>
    public bool Suspects(MemberSighting member) => _watched.GetValueOrDefault(member.Identity.Id).Refusals > 0;

    /// <summary>On what grounds to try to declare a member dead; <see cref="DeathEvidence.None"/>: on none.</summary>
    public DeathEvidence EvidenceAgainst(MemberSighting member)
    {
        if (!_watched.TryGetValue(member.Identity.Id, out var seen))
        {
            return DeathEvidence.None;
        }

        if (member.LeaseExpired && seen.Looks >= 2 && time.GetElapsedTime(seen.Since) >= 2 * settings.RenewEvery)
        {
            return DeathEvidence.LeaseExpired;
        }

        return seen.Refusals >= 2 ? DeathEvidence.SessionGone : DeathEvidence.None;
    }

    /// <param name="Beat">The beat seen.</param>
    /// <param name="Since">The monotonic time of the first look that saw it.</param>
    /// <param name="Looks">How many did.</param>
    /// <param name="Refusals">In how many of them, in a row, it had no session and its address refused.</param>
    private readonly record struct Watched(long Beat, long Since, int Looks, int Refusals);
}
