namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>
/// A fight is two sources that push each other out in turn while each is alive. One encoder on a bad network is none, however often it
/// comes: its source is its own, and its old session is silent or gone. Two encoders behind one address that prove no identity can't be
/// told from one; they are reported as flapping.
/// </remarks>
public static partial class LiveStream
{
    /// <summary>Where a publisher comes from: what it has proven, else its address.</summary>
    private static string SourceOf(Publisher by) => by.Proven ? by.Identity : by.Address;

    /// <summary>The time left in which only the incumbent's own source may come back; null when there is no such time.</summary>
    private static TimeSpan? InCoolDown(DecisionContext context, Publisher by) =>
        context.State.CoolDownUntil is { } until && until > context.Now && IncumbentOf(context.State) is { } incumbent && SourceOf(incumbent) != SourceOf(by)
            ? until - context.Now
            : null;

    /// <summary>Whether this takeover would be one alternation too many; then the incumbent is kept and the cool-down starts.</summary>
    private static TimeSpan? IsFight(DecisionContext context, Publisher by)
    {
        if (ContestOf(context, by) is not { } contest || AlternationsBefore(context, contest) + 1 < context.Policy.FightAlternations)
        {
            return null;
        }

        var quiet = context.State.CoolDownUntil is not { } last || context.Now - last >= context.Policy.FightCoolDownMax;
        var level = quiet ? 0 : context.State.FightLevel;
        var doubled = context.Policy.FightCoolDown * Math.Pow(2, Math.Min(level, 20));
        var coolDown = doubled < context.Policy.FightCoolDownMax ? doubled : context.Policy.FightCoolDownMax;
        context.Raise(new FightDetected(context.Now, contest.From, contest.To, context.Now + coolDown, level + 1));
        return coolDown;
    }

    private static void ReportContest(DecisionContext context, Publisher by)
    {
        if (ContestOf(context, by) is { } contest)
        {
            context.Raise(new TakeoverContested(context.Now, contest.From, contest.To));
        }
    }

    private static (string From, string To)? ContestOf(DecisionContext context, Publisher by) =>
        IncumbentOf(context.State) is { } incumbent
        && SourceOf(incumbent) != SourceOf(by)
        && !(context.State is { Handover: null, Session: { } session } && IsSilentOrGoing(context.State, session))
            ? (SourceOf(incumbent), SourceOf(by))
            : null;

    /// <summary>Who has the key, or is about to.</summary>
    private static Publisher? IncumbentOf(LiveStreamState state) => state.Handover?.To ?? state.Session?.By;

    /// <summary>How many takeovers in a row, up to now and inside the window, went back and forth between the same two.</summary>
    private static int AlternationsBefore(DecisionContext context, (string From, string To) next)
    {
        var count = 0;
        var (from, to) = (next.To, next.From);
        for (var i = context.State.Takeovers.Count - 1; i >= 0; i--)
        {
            var past = context.State.Takeovers[i];
            if (past.At <= context.Now - context.Policy.FightWindow || past.From != from || past.To != to)
            {
                break;
            }

            count++;
            (from, to) = (to, from);
        }

        return count;
    }
}
