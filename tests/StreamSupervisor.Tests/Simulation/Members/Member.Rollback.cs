using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>Whether the database has gone back in time: asked with each beat.</content>
internal sealed partial class Member
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeatSoon = TimeSpan.FromMilliseconds(25);
    private readonly RollbackDetector _rollbacks = new();
    private Scheduled? _nextBeat;
    private TimeSpan? _heldUntil;
    private bool _hasBeaten;

    /// <summary>What the rules hear of the journal.</summary>
    public StoreStanding Store
    {
        get
        {
            // The product joins with its first beat, and decides nothing before.
            var standing = World is { RollsBack: true, Rules.NoticesRollbacks: true } && !_hasBeaten
                ? new StoreStanding(0, HoldsAdmissions: true, IsInDoubt: true)
                : Hold.Standing(World.Age, Directory.IsOutOfReach);
            _heldUntil = standing.HoldsAdmissions ? World.Age : _heldUntil;
            return World.Rules.HoldsAdmissions ? standing : standing with { HoldsAdmissions = false };
        }
    }

    /// <summary>
    /// Whether somebody who asked since then was held: a server that has died is waited for until it is called down, which takes as long
    /// as a hook waits.
    /// </summary>
    public bool HeldAt(TimeSpan time) => _heldUntil >= time;

    public void Take(OriginSnapshot snapshot)
    {
        Directory.Take(snapshot);
        foreach (var known in Directory.All)
        {
            Hold.Swept(known.Name, known.SweptEpochAmong(Directory.All));
        }
    }

    private void Beat() => World.After(TimeSpan.FromMilliseconds(1), () => Do(() =>
    {
        if (World.Database.IsDown)
        {
            Hold.Doubt();
            BeatAfter(BeatEvery / 4);
            return;
        }

        var doubts = Hold.Doubts;
        var seen = World.Database.Rollbacks.Beat(Name);
        switch (_rollbacks.Observe(seen))
        {
            case RollbackVerdict.WentBack back:
                RolledBack(World.Database.Rollbacks.Raise(back.Above), seen.Beat, back.Why);
                break;
            case RollbackVerdict.ToldByOthers told:
                RolledBack(World.Database.Rollbacks.Raise(told.Epoch - 1), seen.Beat, "told");
                break;
            default:
                Hold.Start(_rollbacks.Epoch);
                break;
        }

        _hasBeaten = true;
        World.Database.Rollbacks.Seen(this);
        Hold.Settle(doubts, World.Age, World.Age, BeatEvery);
        BeatAfter(BeatEvery);
    }));

    /// <summary>A read or a write failed: it may be another database, and the next beat comes at once.</summary>
    public void Doubt()
    {
        if (World.RollsBack && World.Rules.NoticesRollbacks)
        {
            Hold.Doubt();
            BeatAfter(BeatSoon);
        }
    }

    private void BeatAfter(TimeSpan pause)
    {
        _nextBeat?.Cancel();
        _nextBeat = After(pause, Beat);
    }

    private void RolledBack(StoreHistory history, long? beat, string why)
    {
        _rollbacks.Accept(history, beat);
        if (Hold.Begin(history.Epoch, World.Age))
        {
            World.Note(Name, "notices", "", $"epoch {history.Epoch}: {why}");
            _unwritten.Clear();
            World.Database.ForgetWhatIsGone();
            World.After(TimeSpan.FromSeconds(1), World.Database.ForgetWhatIsGone);
            foreach (var stream in _streams.Values.ToList())
            {
                stream.IsOfAnEarlierEpoch();
            }

            PingAll();
        }
    }
}
