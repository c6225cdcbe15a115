namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>What was seen of a publisher at its origin, against what is believed. <c>/streams</c> can lie, so alone it may confirm and
/// never accuse.</remarks>
public static partial class LiveStream
{
    private static void Seen(DecisionContext context, ReportPublisherSeen note)
    {
        if (context.Knew(note.Known))
        {
            // One that began earlier may have seen the process before the one that runs.
            EndEarlierProcess(context, note.By.Session.ServerId, note.By.Session.ServiceId);
        }

        var by = MarkRelay(note.By, note.RelayOf);
        if (IsIncumbent(context, by.Session, out var incumbent))
        {
            if (!incumbent.Confirmed && ((note.Asked && incumbent.CheckDue) || context.Knew(note.Known)))
            {
                context.Raise(new PublisherConfirmed(context.Now, by.Session));
                ForgetWedge(context, by.Origin);
            }

            return;
        }

        if (IsLetInAlready(context, note, by))
        {
            LetInAgain(context, by);
            return;
        }

        // A challenger that waits in on_publish is listed as publishing already; one that is being removed is known; a look that began
        // before the last change may show what was true then; and /streams alone is no witness.
        if (context.State.Handover?.To.Session == by.Session || IsEvicting(context, by.Session, out _)
            || !Counts(context, note)
            || context.Store.IsInDoubt || !note.Verified || (context.Store.HoldsAdmissions && note.WaitsInHook))
        {
            return;
        }

        if (context.State.Releasing.Contains(by.Origin))
        {
            Evict(context, by, EvictionCause.Operator);
        }
        else if (!IsCopy(context, note, by))
        {
            Unadmitted(context, by);
        }
    }

    /// <summary>Whether what was seen copies the key's session. A copy that nobody admitted is known from now on.</summary>
    private static bool IsCopy(DecisionContext context, ReportPublisherSeen note, Publisher by)
    {
        if (IsRelay(context, by.Session, out var relay))
        {
            // The copy of a session that was lost ends within moments. What goes on is an encoder on the machine of that origin.
            var isOver = context.State is { Session: null, Handover: null }
                && context.Knew(note.Known, atLeast: context.Policy.ConfirmWithin);
            if (isOver)
            {
                EndRelay(context, relay, LossCause.SourceEnded);
            }

            return !isOver;
        }

        // Where an attempt waits to publish on that very origin, the copy is in its way like any other publisher.
        if (SourceOf(context.State, by, note.RelayConfigured) is null || context.State.Handover?.To.Session.ServerId == by.Session.ServerId)
        {
            return false;
        }

        AddRelay(context, by, isAdopted: true);
        ForgetWedge(context, by.Origin);
        return true;
    }

    private static void Unadmitted(DecisionContext context, Publisher by)
    {
        if (context.Store.HoldsAdmissions && context.State is { Session: null, Handover: { } handover })
        {
            // The journal has lost for whom the key was freed: not for the one that it remembers.
            RefuseHeld(context, handover);
        }

        if (context is { SessionOutOfReach: true, Store.HoldsAdmissions: true, State: { Handover: null, Session.By: var away } }
            && away.Origin != by.Origin)
        {
            // Nobody can ask whether it is there still; what was found is.
            Evict(context, away, EvictionCause.Doubled);
            context.Raise(new SessionAdopted(context.Now, by, context.NextGeneration));
            return;
        }

        // What has the key may be the copy of what was found, seen first: after a start the origins are looked at in any order.
        var copy = context.State is { Handover: null, Session.By: var held } && held.RelayOf == by.Origin && held.Address != by.Address
            && !IsEvicting(context, held.Session, out _) ? held : null;
        if (copy is not null || context.Observes || context.State is { Session: null, Handover: null })
        {
            Replace(context);
            context.Raise(new SessionAdopted(context.Now, by, context.NextGeneration));
            if (copy is not null)
            {
                AddRelay(context, copy, isAdopted: true);
            }

            EndRelaysWithoutSource(context);
            ForgetWedge(context, by.Origin);
        }
        else if (!context.Store.HoldsAdmissions)
        {
            // Two active publishers of one key. While the journal may have forgotten that the other was evicted for this one, the next
            // look decides: it does not find the other. The one that we did not admit has no generation: the key's own is the highest.
            Evict(context, by, context.State.Handover is null ? EvictionCause.Doubled : EvictionCause.Takeover);
        }
        else if (!context.State.Searching.Contains(by.Origin))
        {
            // It may be on air though nothing here names it, so its origin is searched when admissions are open again, and nobody is let in
            // before that is done.
            context.Raise(new SearchOrdered(context.Now, by.Origin, Evict: false));
        }
    }

    /// <summary>
    /// Whether SRS has a challenger on air: it had been let in by what the journal has lost, which remembers it as waiting. Nobody waits
    /// for the answer, and nobody is let in now who could stand in its place.
    /// </summary>
    private static bool IsLetInAlready(DecisionContext context, ReportPublisherSeen note, Publisher by) =>
        context.State.Handover?.To.Session == by.Session && context.Store is { HoldsAdmissions: true, IsInDoubt: false }
        && note is { Verified: true, WaitsInHook: false };

    private static void LetInAgain(DecisionContext context, Publisher by)
    {
        Replace(context);
        context.Raise(new SessionAdopted(context.Now, by, context.NextGeneration));
    }

    private static void Missing(DecisionContext context, ReportPublisherMissing note)
    {
        if (!note.Verified)
        {
            return;
        }

        if (IsEvicting(context, note.Session, out var eviction))
        {
            if (context.Knew(note.Known))
            {
                FinishEviction(context, eviction, ReleaseProof.ClientGone);
                CompleteHandover(context);
            }
        }
        else if (IsIncumbent(context, note.Session, out var incumbent))
        {
            // Before that time an admitted client may not be listed yet: one that is answered in on_connect is not.
            var listedAfter = incumbent.Confirmed ? TimeSpan.Zero : context.Policy.ConfirmWithin;
            if ((note.Asked && incumbent.CheckDue) || context.Knew(note.Known, listedAfter))
            {
                Lose(context, incumbent, LossCause.NotFound);
            }
        }
        else if (IsRelay(context, note.Session, out var relay)
            && context.Knew(note.Known, atLeast: context.Policy.ConfirmWithin))
        {
            EndRelay(context, relay, LossCause.NotFound);
        }
    }

    private static void Silent(DecisionContext context, ReportSilent note)
    {
        if (IsIncumbent(context, note.Session, out var incumbent) && incumbent.SilentSince is null
            && note.Generation == incumbent.Generation)
        {
            context.Raise(new PublisherSilent(context.Now, note.Session, note.Since));
            if (!context.Observes)
            {
                Evict(context, incumbent.By, EvictionCause.Silent);
            }
        }
    }

    private static void Orphaned(DecisionContext context, ReportOrphaned note)
    {
        // A takeover that runs ends the orphan anyway.
        if (!context.Observes && context.State.Handover is null && IsIncumbent(context, note.Session, out var incumbent)
            && incumbent.Confirmed)
        {
            Evict(context, incumbent.By, EvictionCause.Orphaned);
        }
    }

    private static void Searched(DecisionContext context, ReportSearched note)
    {
        var isOver = !context.State.Searching.Contains(note.Origin) && !context.State.Releasing.Contains(note.Origin);
        if (isOver || (context.Store.HoldsAdmissions && IsSearchedForDoubles(context, note.Origin)))
        {
            return;
        }

        context.Raise(new SearchFinished(context.Now, note.Origin, note.Found));

        // Where a ghost was seen already, one failed probe says that it is there still.
        var wedge = context.State.Wedges.Find(w => w.Origin == note.Origin);
        var ghost = context.State.NeverActive >= (wedge is null ? 2 : 1) && context.State.NeverActiveOn == note.Origin
            && note.Found == 0 && note.ServiceId.Length > 0;
        if (ghost && (wedge is null || !IsFresh(wedge, context.Now)))
        {
            context.Raise(new KeyWedged(context.Now, note.Origin, note.ServerId, note.ServiceId));
        }

        CompleteHandover(context);
    }

    /// <summary>
    /// Whether what was seen counts. A look that began before the last change may show what was true then. While admissions are held
    /// nobody comes or goes by a decision; and where a challenger is held for the search of an origin, all that the search finds is in its
    /// way: it has come since the search began, and would be let in beside it. To evict who has gone meanwhile costs nothing.
    /// </summary>
    private static bool Counts(DecisionContext context, ReportPublisherSeen note) => context.Knew(note.Known)
        || context.Store.HoldsAdmissions
        || (context.State.Handover is not null && IsSearchedForDoubles(context, note.By.Origin));

    /// <summary>
    /// Whether an origin is searched because a second publisher was seen there while admissions were held, and not for a ghost.
    /// </summary>
    private static bool IsSearchedForDoubles(DecisionContext context, string origin) =>
        context.Store.GenerationFloor > 0 && context.State.Searching.Contains(origin) && context.State.NeverActiveOn != origin;

    /// <summary>
    /// A look found this session and took it for the publisher, and now SRS asks whether it may publish: it was waiting for this answer.
    /// It has proved nothing yet, and is decided on like everybody.
    /// </summary>
    private static void LoseWhoWaited(DecisionContext context, SessionId attempt)
    {
        if (context.State.Session is { Adopted: true } adopted && adopted.By.Session == attempt)
        {
            Lose(context, adopted, LossCause.Unpublished);
        }
    }
}
