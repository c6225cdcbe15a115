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
    private static TimeSpan? InCoolDown(Turn turn, Publisher by) =>
        turn.State.CoolDownUntil is { } until && until > turn.Now && IncumbentOf(turn.State) is { } incumbent && SourceOf(incumbent) != SourceOf(by)
            ? until - turn.Now
            : null;

    /// <summary>Whether this takeover would be one alternation too many; then the incumbent is kept and the cool-down starts.</summary>
    private static TimeSpan? IsFight(Turn turn, Publisher by)
    {
        if (ContestOf(turn, by) is not { } contest || AlternationsBefore(turn, contest) + 1 < turn.Policy.FightAlternations)
        {
            return null;
        }

        var quiet = turn.State.CoolDownUntil is not { } last || turn.Now - last >= turn.Policy.FightCoolDownMax;
        var level = quiet ? 0 : turn.State.FightLevel;
        var doubled = turn.Policy.FightCoolDown * Math.Pow(2, Math.Min(level, 20));
        var coolDown = doubled < turn.Policy.FightCoolDownMax ? doubled : turn.Policy.FightCoolDownMax;
        turn.Raise(new FightDetected(turn.Now, contest.From, contest.To, turn.Now + coolDown, level + 1));
        return coolDown;
    }

    private static void NoteContest(Turn turn, Publisher by)
    {
        if (ContestOf(turn, by) is { } contest)
        {
            turn.Raise(new TakeoverContested(turn.Now, contest.From, contest.To));
        }
    }

    private static (string From, string To)? ContestOf(Turn turn, Publisher by) =>
        IncumbentOf(turn.State) is { } incumbent
        && SourceOf(incumbent) != SourceOf(by)
        && !(turn.State is { Handover: null, Session: { } session } && IsSilentOrGoing(turn.State, session))
            ? (SourceOf(incumbent), SourceOf(by))
            : null;

    /// <summary>Who has the key, or is about to.</summary>
    private static Publisher? IncumbentOf(LiveStreamState state) => state.Handover?.To ?? state.Session?.By;

    /// <summary>How many takeovers in a row, up to now and inside the window, went back and forth between the same two.</summary>
    private static int AlternationsBefore(Turn turn, (string From, string To) next)
    {
        var count = 0;
        var (from, to) = (next.To, next.From);
        for (var i = turn.State.Takeovers.Count - 1; i >= 0; i--)
        {
            var past = turn.State.Takeovers[i];
            if (past.At <= turn.Now - turn.Policy.FightWindow || past.From != from || past.To != to)
            {
                break;
            }

            count++;
            (from, to) = (to, from);
        }

        return count;
    }
}
