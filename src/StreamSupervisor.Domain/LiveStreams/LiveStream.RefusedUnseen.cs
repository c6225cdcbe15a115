namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>Attempts that SRS 7.0.62 and later refused before they could ask, as their traces show them.</remarks>
public static partial class LiveStream
{
    /// <summary>
    /// A node with the publish token refused an attempt before it asked us. If the rules would have let it in, the way is cleared now, so
    /// that its next try succeeds. A viewer that resets its connection leaves the same trace, so it may end only a publisher that is
    /// silent anyway, or one from its own address.
    /// </summary>
    private static void RefusedUnseen(DecisionContext context, ReportRefusedUnseen note)
    {
        var by = note.By;
        var state = context.State;
        var isIncumbent = state.Session?.By.Session.ServerId == by.Session.ServerId;
        var there = isIncumbent ? state.Session?.By : state.Relays.Find(relay => relay.By.Session.ServerId == by.Session.ServerId)?.By;
        if (context.Observes || there is null || there.Session != (note.InTheWay ?? there.Session)
            || there.Session.ServiceId != by.Session.ServiceId || state.Handover is not null || IsLocked(context)
            || (state.PinnedTo ?? by.Identity) != by.Identity
            || ReservedForAnother(context, by) is not null || IsEvicting(context, there.Session, out _)
            || !(note.IncumbentSilent || (by.Address.Length > 0 && by.Address == there.Address)))
        {
            return;
        }

        // A silent session may be taken over under every policy, and no fight is made of that.
        if (isIncumbent && !note.IncumbentSilent)
        {
            if (InCoolDown(context, by) is not null || RuleOfTakeover(context, by) == AdmissionRule.Unknown
                || IsFight(context, by) is not null)
            {
                return;
            }

            ReportContest(context, by);
        }

        Evict(context, there, EvictionCause.RefusedUnseen);
    }
}
