namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// The removal of one session, step by step: DELETE, then look until SRS no longer knows the client. Pure; whoever runs it makes the calls
/// and waits.
/// </summary>
/// <remarks>
/// <para>
/// It promises that a DELETE goes to the process of the session and to no other, and that "gone" is said on proof only: code 2049 of that
/// process, the session's <c>on_close</c>, or another process of the same server. Beginning again after a crash is harmless.
/// </para>
/// <para>
/// How it can fail: the server does not answer, answers as another server, or forbids DELETE. It says so once and goes on for ever,
/// slower, since the server may come back with the session alive. Rejected as proof: <c>publish.active</c>, which turns false before the
/// key is free on 7.0.62 and later and lies at times.
/// </para>
/// </remarks>
/// <param name="work">What is to be removed.</param>
public sealed class EvictionProcedure(EvictSession work)
{
    // A client is gone 4 ms after its DELETE (median of 50 on SRS 5 to 7, 7 ms at most), so the first looks come fast.
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DeleteAgainAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    /// <summary>A setting of a proxy changes when a person changes it; on_close is heard meanwhile.</summary>
    private static readonly TimeSpan RetryForbidden = TimeSpan.FromSeconds(5);

    private EvictionStep _under = new EvictionStep.Identify();
    private EvictionStep _afterPause = new EvictionStep.Identify();
    private EvictionStep _doubted = new EvictionStep.Delete();
    private TimeSpan _poll = FirstPoll;
    private TimeSpan _retry = FirstRetry;
    private TimeSpan _polled;
    private DateTimeOffset? _unlistedUntil;
    private bool _hasStalled;
    private bool _wasForbidden;

    /// <summary>Whether this very server has answered, and nothing went wrong since: 2049 ("no such client") names nobody.</summary>
    private bool _isIdentified;

    /// <summary>The first step.</summary>
    /// <param name="standing">How the process of the session stands, as this member knows.</param>
    /// <param name="now">The time of this member; compared with nothing but its own times and the order.</param>
    public EvictionStep Begin(ProcessStanding standing, DateTimeOffset now)
    {
        // Counted from here: the session's yes left when its record was durable, which a slow journal may have made later than the order.
        // And the clock of the member that ordered it may be another, or have been set since.
        _unlistedUntil = work.UnlistedUntil is { } until ? now + (until - work.OrderedAt) : null;
        return Do(standing switch
        {
            ProcessStanding.Current => new EvictionStep.Delete(),
            ProcessStanding.Superseded => new EvictionStep.Released(ReleaseProof.ProcessReplaced),
            _ => new EvictionStep.Identify(),
        });
    }

    /// <summary>The step after an answer.</summary>
    /// <exception cref="InvalidOperationException">The answer does not fit the step before it: the caller is wrong.</exception>
    public EvictionStep Next(EvictionAnswer answer, DateTimeOffset now)
    {
        var calls = _under is EvictionStep.Delete or EvictionStep.Look;
        return Do((_under, answer) switch
        {
            (_, EvictionAnswer.CloseHeard) => new EvictionStep.Released(ReleaseProof.Closed),
            (EvictionStep.Released released, _) => released,
            (EvictionStep.Pause, EvictionAnswer.PauseOver) => _afterPause,
            (_, EvictionAnswer.Unreachable unreachable) => StallUnknown(unreachable.Why, NextRetry(), new EvictionStep.Identify()),
            (EvictionStep.Identify, EvictionAnswer.NotAllowed no) => Stall(no.Why, RetryForbidden, new EvictionStep.Identify()),
            (EvictionStep.Identify, EvictionAnswer.Identified who) => Identified(who),
            (_, EvictionAnswer.NotAllowed no) when calls =>
                Stall(no.Why, RetryForbidden, new EvictionStep.Look(), isForbidden: _under is EvictionStep.Delete),
            (_, EvictionAnswer.NoSuchClient none) when calls => IsDoubtful(none) ? AskWhoItIs() : NotListed(now),
            (_, EvictionAnswer.Exists there) when calls =>
                IsOther(there.ServerId, there.ServiceId) ? new EvictionStep.Identify() : StillThere(),
            _ => throw new InvalidOperationException($"{answer} does not answer {_under}."),
        });
    }

    private EvictionStep Do(EvictionStep step)
    {
        _under = step;
        return step;
    }

    private EvictionStep Identified(EvictionAnswer.Identified who)
    {
        var expected = work.Session;
        if (who.ServerId.Length > 0 && who.ServerId != expected.ServerId)
        {
            // Its address leads to another server now. That says nothing of the session's own.
            return StallUnknown($"{work.Origin} answers as server {who.ServerId}, and the session is on {expected.ServerId}", NextRetry(),
                new EvictionStep.Identify());
        }

        if (who.ServiceId.Length == 0)
        {
            return Stall($"{work.Origin} does not say which process it is", NextRetry(), new EvictionStep.Identify());
        }

        (_isIdentified, var next, _doubted) = (true, _doubted, new EvictionStep.Delete());
        return who.ServiceId == expected.ServiceId ? next : new EvictionStep.Released(ReleaseProof.ProcessReplaced);
    }

    private EvictionStep NotListed(DateTimeOffset now) =>
        _unlistedUntil > now

            // It may be about to arrive in the list. If it went instead, its on_close says so.
            ? Wait(NextPoll(), new EvictionStep.Delete())
            : new EvictionStep.Released(ReleaseProof.ClientGone);

    private EvictionStep StillThere()
    {
        (_unlistedUntil, _retry, _isIdentified) = (null, FirstRetry, true);
        var isDeleted = _under is EvictionStep.Delete;
        if (isDeleted)
        {
            (_poll, _polled) = (FirstPoll, TimeSpan.Zero);
        }

        return isDeleted || (_polled > TimeSpan.Zero && _polled < DeleteAgainAfter)
            ? Wait(NextPoll(), new EvictionStep.Look())
            : new EvictionStep.Delete();
    }

    /// <summary>After this nobody knows who will answer.</summary>
    private EvictionStep StallUnknown(string why, TimeSpan pause, EvictionStep then)
    {
        _isIdentified = false;
        return Stall(why, pause, then);
    }

    /// <summary>And then the same call again.</summary>
    private EvictionStep.Identify AskWhoItIs()
    {
        _doubted = _under;
        return new EvictionStep.Identify();
    }

    private EvictionStep Stall(string why, TimeSpan pause, EvictionStep then, bool isForbidden = false)
    {
        var isNew = !_hasStalled || (isForbidden && !_wasForbidden);
        (_hasStalled, _wasForbidden, _poll, _polled) = (true, _wasForbidden || isForbidden, FirstPoll, TimeSpan.Zero);
        return Wait(pause, then) with { StalledBecause = isNew ? why : null, IsForbidden = isForbidden };
    }

    private EvictionStep.Pause Wait(TimeSpan pause, EvictionStep then)
    {
        _afterPause = then;
        return new EvictionStep.Pause(pause);
    }

    private TimeSpan NextPoll()
    {
        var pause = _poll;
        _polled += pause;
        _poll = pause * 1.5 < LongestPoll ? pause * 1.5 : LongestPoll;
        return pause;
    }

    private TimeSpan NextRetry()
    {
        var pause = _retry;
        _retry = pause * 2 < LongestRetry ? pause * 2 : LongestRetry;
        return pause;
    }

    /// <summary>
    /// Whether it may be another server that does not know the client: SRS names itself in every answer but this one. Asking who it is
    /// costs a call, but in a takeover the answer to the DELETE has said it.
    /// </summary>
    private bool IsDoubtful(EvictionAnswer.NoSuchClient none) =>
        IsOther(none.ServerId, none.ServiceId) || (none.ServerId.Length == 0 && none.ServiceId.Length == 0 && !_isIdentified);

    /// <summary>Whether another server or process answered: its address may lead elsewhere since it was asked who it is.</summary>
    private bool IsOther(string serverId, string serviceId) => (serverId.Length > 0 && serverId != work.Session.ServerId)
        || (serviceId.Length > 0 && serviceId != work.Session.ServiceId);
}
