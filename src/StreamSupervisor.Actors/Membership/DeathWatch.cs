namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// What one member has seen of the others' beats, and so whom it may condemn. Decides when to try; the database decides whether it is so.
///
/// A lease that is over is not enough. After an outage of the database everybody's lease is over, and the first that is back would condemn all
/// the others. So the same beat must have been seen for two renew periods by looks that had no gap between them: in that time the database
/// demonstrably answered, and a member that lives has beaten. A look that failed, or came late because this process was paused, starts this anew.
///
/// A session that is gone is not enough either (a restart of the database ends all), nor is a refused connection (a listener that is not up
/// yet). Both, twice in a row with the same beat, are a process that ended; but only if it was seen with a session before,
/// or has beaten for a while. One that has just entered has neither session nor listener for a moment.
/// </summary>
internal sealed class DeathWatch(MembershipSettings settings, TimeProvider time)
{
    /// <summary>Beats after which a member must have had a session, seen or not.</summary>
    private const long BeatsUntilSettled = 2;

    private Dictionary<Guid, Watched> _watched = [];
    private HashSet<Guid> _hadSession = [];
    private long? _lastLook;

    /// <summary>A look failed: what was seen before it counts no more.</summary>
    public void Gap() => _lastLook = null;

    /// <summary>A look succeeded.</summary>
    public void Saw(IEnumerable<MemberRow> alive)
    {
        if (_lastLook is not { } last || time.GetElapsedTime(last) > settings.Gap)
        {
            _watched = [];
        }

        var now = time.GetTimestamp();
        _lastLook = now;
        var watched = new Dictionary<Guid, Watched>();
        var hadSession = new HashSet<Guid>();
        foreach (var member in alive)
        {
            var id = member.Identity.Incarnation;
            watched[id] = _watched.TryGetValue(id, out var before) && before.Beat == member.Beat
                ? before with { Looks = before.Looks + 1, Refusals = member.HasSession ? 0 : before.Refusals }
                : new Watched(member.Beat, now, 1, 0);
            if (member.HasSession || _hadSession.Contains(id))
            {
                _ = hadSession.Add(id);
            }
        }

        (_watched, _hadSession) = (watched, hadSession);
    }

    /// <summary>Whether it is worth a look if its port refuses connections.</summary>
    public bool MissesSession(MemberRow member) =>
        !member.HasSession && (member.Beat > BeatsUntilSettled || _hadSession.Contains(member.Identity.Incarnation));

    /// <summary>Tells whether the port of a member without a session refused in this look.</summary>
    public void Probed(MemberRow member, bool refused)
    {
        if (_watched.TryGetValue(member.Identity.Incarnation, out var seen))
        {
            _watched[member.Identity.Incarnation] = seen with { Refusals = refused && MissesSession(member) ? seen.Refusals + 1 : 0 };
        }
    }

    /// <summary>Whether one more look, soon, may settle it.</summary>
    public bool Suspects(MemberRow member) => _watched.GetValueOrDefault(member.Identity.Incarnation).Refusals > 0;

    /// <summary>On what grounds to try to condemn a member; <see cref="DeathEvidence.None"/>: on none.</summary>
    public DeathEvidence EvidenceAgainst(MemberRow member)
    {
        if (!_watched.TryGetValue(member.Identity.Incarnation, out var seen))
        {
            return DeathEvidence.None;
        }

        if (member.LeaseOver && seen.Looks >= 2 && time.GetElapsedTime(seen.Since) >= 2 * settings.Renew)
        {
            return DeathEvidence.LeaseOver;
        }

        return seen.Refusals >= 2 ? DeathEvidence.ProcessGone : DeathEvidence.None;
    }

    /// <param name="Beat">The beat seen.</param>
    /// <param name="Since">The monotonic time of the first look that saw it.</param>
    /// <param name="Looks">How many did.</param>
    /// <param name="Refusals">In how many of them, in a row, it had no session and its port refused.</param>
    private readonly record struct Watched(long Beat, long Since, int Looks, int Refusals);
}
