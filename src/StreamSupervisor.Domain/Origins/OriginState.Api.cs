namespace StreamSupervisor.Domain.Origins;

/// <summary>What the API says of the process that runs there.</summary>
public sealed partial class OriginState
{
    private const int MaxSuperseded = 64;

    /// <summary>
    /// A process that no hook has named yet, for instance because the supervisor started while the address was wrong, gives way to
    /// another server that answers for this long.
    /// </summary>
    private static readonly TimeSpan UnheardGivesWayAfter = TimeSpan.FromSeconds(10);

    /// <summary>The service ids of processes that are over, oldest first.</summary>
    private readonly Queue<string> _superseded = new();

    /// <summary>What the API says now and that is not believed yet.</summary>
    private Candidate? _candidate;
    private string? _misaddressed;

    private sealed record Candidate(OriginProcess Process, TimeSpan FirstAt, TimeSpan LastAt);

    /// <summary>
    /// What a member was told last of this server, by whoever watched it before. Taken where nobody has said yet who runs there: an API
    /// whose address was another server's just then was believed with its first answer, though every member knew better.
    /// </summary>
    /// <param name="process">The process that ran there.</param>
    /// <param name="heardFromHooks">Whether hooks had named it.</param>
    public void Remember(OriginProcess process, bool heardFromHooks)
    {
        if (Process is null)
        {
            (Process, _heardFromHooks) = (process, heardFromHooks);
        }
    }

    /// <summary>The API said who it is.</summary>
    /// <param name="process">Who.</param>
    /// <param name="askedAt">When the call began, on the monotonic clock.</param>
    /// <param name="now">When the answer was there.</param>
    /// <param name="claimant">
    /// The origin that is known to be this process; null: none. A first answer that is another origin's is believed when a hook says so:
    /// its address may be wrong, and the sessions of that origin would be taken over under this one's name.
    /// </param>
    public ApiOutcome Answered(OriginProcess process, TimeSpan askedAt, Moment now, string? claimant = null)
    {
        _lastAnswerAt = now.Utc;
        if (Process is not { } current)
        {
            if (claimant is not null && !HookNamed(process, now.Elapsed, out _))
            {
                Misaddress($"{name}: its API answers as server {process.ServerId} (process {process.ServiceId}), and {claimant} is that "
                    + "one. Nothing that it says counts until it answers as another, or a hook names it. Is origins.api right?", now);
                return new ApiOutcome(Counts: false, Identify: false, _events.DrainToImmutable());
            }

            Become(process, now);
            _events.Add(new OriginEvent.ProcessLearnt(process));
            return Right(askedAt, now);
        }

        if (current.IsNamed(process.ServerId, process.ServiceId))
        {
            Process = process;
            return Right(askedAt, now);
        }

        var supersededBefore = _superseded.Contains(process.ServiceId);
        if (HookNamed(process, now.Elapsed, out var heardAt) && (!supersededBefore || askedAt >= heardAt))
        {
            return Replace(process, askedAt, now);
        }

        if (!supersededBefore && current.IsServer(process.ServerId))
        {
            return Replace(process, askedAt, now);
        }

        var before = _candidate is { } candidate && candidate.Process == process ? candidate : null;
        var agrees = before is not null && askedAt >= before.LastAt;
        _candidate = new Candidate(process, before?.FirstAt ?? now.Elapsed, now.Elapsed);
        if (agrees && MayReplace(current, process, supersededBefore, before!, askedAt))
        {
            return Replace(process, askedAt, now);
        }

        if (current.IsServer(process.ServerId))
        {
            // One look says that an earlier process of the same server runs: the next one settles it.
            return new ApiOutcome(Counts: false, Identify: !agrees, _events.DrainToImmutable());
        }

        Misaddress(current, process, now);
        return new ApiOutcome(Counts: false, Identify: supersededBefore && !agrees, _events.DrainToImmutable());
    }

    /// <summary>The API gave another answer than who it is.</summary>
    /// <param name="serverId">The server that the answer names; empty where it does not (SRS 4, and short error answers).</param>
    /// <param name="serviceId">The process that the answer names; empty where it does not.</param>
    /// <param name="now">When the answer was there.</param>
    public ApiOutcome Answered(string serverId, string serviceId, Moment now)
    {
        _lastAnswerAt = now.Utc;
        if (Process is not { } current || !current.IsNamed(serverId, serviceId))
        {
            return new ApiOutcome(Counts: false, Identify: true, _events.DrainToImmutable());
        }

        if (_candidate is not null || _misaddressed is not null)
        {
            // Whether the address is right (again), only its whole name says.
            return new ApiOutcome(Counts: false, Identify: serverId.Length > 0, _events.DrainToImmutable());
        }

        Answering(now);
        return new ApiOutcome(Counts: true, Identify: false, _events.DrainToImmutable());
    }

    /// <summary>Whether two looks in a row are enough to believe another process than the one that is believed.</summary>
    private bool MayReplace(OriginProcess current, OriginProcess process, bool supersededBefore, Candidate before, TimeSpan askedAt)
    {
        if (_heardCurrentAt is { } heard && heard >= before.FirstAt)
        {
            return false; // its hooks say that it runs
        }

        // Back to a process that was believed before; or away from one that only the API ever spoke of.
        return supersededBefore
            || (!_heardFromHooks && !current.IsServer(process.ServerId) && askedAt - before.FirstAt >= UnheardGivesWayAfter);
    }

    private ApiOutcome Right(TimeSpan askedAt, Moment now)
    {
        _candidate = null;
        if (_misaddressed is not null)
        {
            _misaddressed = null;
            _events.Add(new OriginEvent.AddressedRight(Process!));
        }

        JudgeHooks(askedAt, now);
        Answering(now);
        return new ApiOutcome(Counts: true, Identify: false, _events.DrainToImmutable());
    }

    private ApiOutcome Replace(OriginProcess process, TimeSpan askedAt, Moment now)
    {
        var old = Process!;
        var restored = _superseded.Contains(process.ServiceId);
        Become(process, now);
        _events.Add(restored ? new OriginEvent.ProcessRestored(process, old) : new OriginEvent.ProcessReplaced(old, process));
        return Right(askedAt, now);
    }

    private void Become(OriginProcess process, Moment now)
    {
        var over = _superseded.Where(id => id != process.ServiceId).ToList();
        if (Process is { } old && old.ServiceId != process.ServiceId)
        {
            over.Remove(old.ServiceId);
            over.Add(old.ServiceId);
        }

        _superseded.Clear();
        over.TakeLast(MaxSuperseded).ToList().ForEach(_superseded.Enqueue);
        _heardFromHooks = HookNamed(process, now.Elapsed, out var heardAt);
        _heardCurrentAt = _heardFromHooks ? heardAt : null;
        Process = process;
    }

    private void Misaddress(OriginProcess current, OriginProcess answered, Moment now) => Misaddress(
        $"{name}: its API answers as server {answered.ServerId} (process {answered.ServiceId}), and {name} is server "
            + $"{current.ServerId}. Nothing that it says counts until it is the right server again, or a hook of the new one comes. "
            + "Is origins.api right, and server_id configured in SRS?", now);

    private void Misaddress(string sentence, Moment now)
    {
        if (_misaddressed != sentence)
        {
            _misaddressed = sentence;
            _events.Add(new OriginEvent.Misaddressed(sentence));
        }

        Failing(sentence, now);
    }
}
