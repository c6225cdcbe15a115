using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>
/// A fight is two sources that push each other out in turn while each is alive. One encoder on a bad network is none, however often it
/// comes: its source is its own, and its old session is silent or gone. Two encoders behind one address that prove no identity can't be
/// told from one; they are reported as flapping.
/// </remarks>
public static partial class LiveStream
{
    /// <summary>A copy asks within milliseconds of the publish that it copies, or at SRS's next try, which comes 3 s later.</summary>
    private static readonly TimeSpan CopiesAskWithin = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Where a publisher comes from: what it has proven, else the media server at whose address it is, else its address.
    /// </summary>
    private static string SourceOf(Publisher by) => by.Proven ? by.Identity : by.RelayOf is { } origin ? $"relay of {origin}" : by.Address;

    /// <summary>The time left in which only the incumbent's own source may come back; null when there is no such time.</summary>
    private static TimeSpan? InCoolDown(DecisionContext context, Publisher by)
    {
        if (context.State.CoolDownUntil is not { } until || IncumbentOf(context.State) is not { } incumbent
            || SourceOf(incumbent) == SourceOf(by) || IsOutOfReach(context, by))
        {
            return null;
        }

        // More time left than a cool-down of this level lasts: the clock was set back since, and the rest of it is not meant.
        var left = until - context.Now;
        return left > TimeSpan.Zero && left <= CoolDownOf(context.Policy, context.State.FightLevel - 1) + ClockStep ? left : null;
    }

    private static TimeSpan CoolDownOf(StreamPolicy policy, int level)
    {
        var doubled = policy.FightCoolDown * Math.Pow(2, Math.Clamp(level, 0, 20));
        return doubled < policy.FightCoolDownMax ? doubled : policy.FightCoolDownMax;
    }

    /// <summary>Whether this takeover would be one alternation too many; then the incumbent is kept and the cool-down starts.</summary>
    private static TimeSpan? IsFight(DecisionContext context, Publisher by)
    {
        if (ContestOf(context, by) is not { } contest
            || Math.Max(AlternationsBefore(context, contest), LoopsBefore(context, by, contest)) + 1 < context.Policy.FightAlternations)
        {
            return null;
        }

        var quiet = context.State.CoolDownUntil is not { } last || context.Now - last >= context.Policy.FightCoolDownMax;
        var level = quiet ? 0 : context.State.FightLevel;
        var coolDown = CoolDownOf(context.Policy, level);
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
        && SourceOf(incumbent) != SourceOf(by) && !IsOutOfReach(context, by)
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
            if (!context.IsRecent(past.At, context.Policy.FightWindow) || past.From != from || past.To != to)
            {
                break;
            }

            count++;
            (from, to) = (to, from);
        }

        return count;
    }

    /// <summary>
    /// A loop in one direction: the key's session is admitted on one origin and taken over at once by what comes from that origin's
    /// address, dies with it, and begins again. That is a copy that was not taken for one; as nobody takes the key back from it, it
    /// shows no alternation. Tries against one and the same session are no loop: an encoder that comes back while its server hangs, and may
    /// be held for 100 ms only, makes several.
    /// </summary>
    private static int LoopsBefore(DecisionContext context, Publisher by, (string From, string To) next)
    {
        if (by.RelayOf is null || context.State.Session is not { } session || session.By.Origin != by.RelayOf
            || !context.IsRecent(session.Since, CopiesAskWithin))
        {
            return 0;
        }

        return context.State.Takeovers.Count(past =>
            context.IsRecent(past.At, context.Policy.FightWindow) && past.At < session.Since
            && past.From == next.From && past.To == next.To);
    }
}
