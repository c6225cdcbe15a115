namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>SRS refuses a client as busy within milliseconds of our yes; the rest is for a slow journal and a busy machine.</summary>
    private static readonly TimeSpan SaysBusyWithin = TimeSpan.FromMilliseconds(200);

    /// <summary>What hooks, looks, work and deadlines report. Whoever reports is told that it was heard, and nothing more.</summary>
    private static Ack Report(DecisionContext context, LiveStreamCommand command)
    {
        switch (command)
        {
            case ReportUnpublished note:
                Unpublished(context, note.Session);
                break;
            case ReportClosed note:
                Closed(context, note.Session);
                break;
            case ReportRefusedUnseen note:
                RefusedUnseen(context, note);
                break;
            case ReportPublisherSeen note:
                Seen(context, note);
                break;
            case ReportPublisherMissing note:
                Missing(context, note);
                break;
            case ReportSilent note:
                Silent(context, note);
                break;
            case ReportOrphaned note:
                Orphaned(context, note);
                break;
            case ReportProcessReplaced note:
                EndEarlierProcess(context, note.ServerId, note.ServiceId, note.Over);
                break;
            case ReportEvicted { Proof: not ReleaseProof.Unknown } note when IsEvicting(context, note.Session, out var eviction):
                FinishEviction(context, eviction, note.Proof);
                CompleteHandover(context);
                break;
            case ReportEvictionStalled note when IsEvicting(context, note.Session, out var eviction)
                && (!eviction.Stalled || (note.Forbidden && !eviction.Forbidden)):
                context.Raise(new EvictionStalled(context.Now, note.Session, note.Why, note.Forbidden));
                break;
            case ReportOriginUnknown note:
                ForgetOrigin(context, note.Origin);
                break;
            case ReportSearched note:
                Searched(context, note);
                break;
            case Wake:
                WakeUp(context);
                break;
        }

        return Ack.Instance;
    }

    /// <summary>The stream ended. No proof that SRS has freed the key: an eviction that waits for one goes on waiting.</summary>
    private static void Unpublished(DecisionContext context, SessionId session)
    {
        if (IsEvicting(context, session, out _))
        {
            // The proof is a millisecond away and ends the session. To write this first would hold the challenger for one more sync of
            // the disk.
            return;
        }

        if (IsIncumbent(context, session, out var incumbent))
        {
            Lose(context, incumbent, LossCause.Unpublished);
        }
        else if (IsRelay(context, session, out var relay))
        {
            EndRelay(context, relay, LossCause.Unpublished);
        }
        else if (!WasRefused(context.State, session))
        {
            context.Raise(new LateHookIgnored(context.Now, session, "on_unpublish"));
        }
    }

    private static void Closed(DecisionContext context, SessionId session)
    {
        if (IsEvicting(context, session, out var eviction))
        {
            FinishEviction(context, eviction, ReleaseProof.Closed);
            CompleteHandover(context);
        }
        else if (context.State.Handover is { } handover && handover.To.Session == session)
        {
            Withdraw(context, handover);
        }
        else if (IsIncumbent(context, session, out var incumbent))
        {
            Lose(context, incumbent, SaidBusy(context, incumbent) ? LossCause.BusySeen : LossCause.Closed);
        }
        else if (IsRelay(context, session, out var relay))
        {
            EndRelay(context, relay, LossCause.Closed);
        }
        else if (!WasRefused(context.State, session) && context.State.Interrupted?.By.Session != session)
        {
            context.Raise(new LateHookIgnored(context.Now, session, "on_close"));
        }
    }

    /// <summary>
    /// Whether a session that closed without an unpublish was refused by SRS as busy: it was never seen publishing, and it closed at
    /// once. One that closes later had published, and its unpublish is late or lost; it may come through another member than the close.
    /// </summary>
    private static bool SaidBusy(DecisionContext context, Session session) =>
        !session.Confirmed && context.IsRecent(session.Since, SaysBusyWithin);

    /// <summary>A node's new process: whatever an earlier one held is gone, which is the best proof there is.</summary>
    /// <param name="over">The only earlier process that is meant; null: each.</param>
    private static void EndEarlierProcess(DecisionContext context, string serverId, string serviceId, string? over = null)
    {
        if (serverId.Length == 0 || serviceId.Length == 0)
        {
            return;
        }

        var before = context.State;
        foreach (var eviction in context.State.Evictions.Where(e => IsOver(e.Of.Session)))
        {
            FinishEviction(context, eviction, ReleaseProof.ProcessReplaced);
        }

        if (context.State.Session is { } incumbent && IsOver(incumbent.By.Session))
        {
            Lose(context, incumbent, LossCause.ProcessGone);
        }

        if (context.State.Handover is { } handover && IsOver(handover.To.Session))
        {
            Withdraw(context, handover);
        }

        foreach (var relay in context.State.Relays.Where(r => IsOver(r.By.Session)))
        {
            EndRelay(context, relay, LossCause.ProcessGone);
        }

        foreach (var wedge in context.State.Wedges.Where(w => IsEarlier(w.ServerId, w.ServiceId)))
        {
            context.Raise(new WedgeCleared(context.Now, wedge.Origin));
        }

        if (context.State != before)
        {
            CompleteHandover(context);
        }

        bool IsOver(SessionId session) => IsEarlier(session.ServerId, session.ServiceId);

        bool IsEarlier(string server, string process) => server == serverId && process != serviceId && (over ?? process) == process;
    }

    /// <summary>An origin that is not configured can't be asked about anything: what is under way there ends, with a word.</summary>
    private static void ForgetOrigin(DecisionContext context, string origin)
    {
        foreach (var eviction in context.State.Evictions.Where(e => e.Of.Origin == origin))
        {
            DropEviction(context, eviction, LossCause.OriginUnknown,
                $"{origin} is not configured any more, so its client can't be removed; if that server still runs, end it there by hand.");
        }

        if (context.State.Session is { CheckDue: true } overdue && overdue.By.Origin == origin)
        {
            Lose(context, overdue, LossCause.OriginUnknown);
        }

        foreach (var relay in context.State.Relays.Where(r => r.By.Origin == origin))
        {
            EndRelay(context, relay, LossCause.OriginUnknown);
        }

        while (context.State.Searching.Contains(origin) || context.State.Releasing.Contains(origin))
        {
            context.Raise(new SearchFinished(context.Now, origin, 0));
        }

        CompleteHandover(context);
    }

    /// <summary>The session has ended; unless its encoder said that it is over, it is expected back.</summary>
    private static void Lose(DecisionContext context, Session session, LossCause cause)
    {
        var neverActive = !session.Confirmed && cause is (LossCause.BusySeen or LossCause.NotFound);
        DateTimeOffset? reconnectUntil = context.State.EndOfBroadcast ? null : context.Now + context.Policy.ReconnectWindow;
        context.Raise(new PublisherLost(context.Now, session.By.Session, session.By.Origin, cause, reconnectUntil, neverActive));
        if (neverActive && !context.State.Searching.Contains(session.By.Origin))
        {
            context.Raise(new SearchOrdered(context.Now, session.By.Origin, Evict: false));
        }

        if (reconnectUntil is null)
        {
            EndRelaysWithoutSource(context);
        }
    }

    /// <summary>A session that goes though nobody could remove it ends like any other: what was under way for it ends with it.</summary>
    private static void Replace(DecisionContext context)
    {
        if (context.State.Session is { } old)
        {
            Lose(context, old, LossCause.Replaced);
        }
    }

    /// <summary>Whoever publishes there proves that there is no ghost (any more).</summary>
    private static void ForgetWedge(DecisionContext context, string origin)
    {
        if (context.State.Wedges.Exists(wedge => wedge.Origin == origin))
        {
            context.Raise(new WedgeCleared(context.Now, origin));
        }
    }

    /// <summary>When a session that was let in and not seen yet is looked for, counted from now; null for every other.</summary>
    private static DateTimeOffset? ConfirmBy(DecisionContext context, SessionId session) =>
        IsIncumbent(context, session, out var incumbent) && !incumbent.Confirmed ? context.Now + context.Policy.ConfirmWithin : null;

    private static bool IsIncumbent(DecisionContext context, SessionId session, out Session incumbent)
    {
        incumbent = context.State.Session!;
        return incumbent is not null && incumbent.By.Session == session;
    }

    /// <summary>
    /// SRS closes whom we refuse, and some versions send an unpublish before it: nothing late about that. Where the key has no history the
    /// refusal was not written, and its hooks are not either.
    /// </summary>
    private static bool WasRefused(LiveStreamState state, SessionId session) =>
        !HasHistory(state) || state.Answers.Exists(answer => answer.Session == session && !answer.Ended);
}
