using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>Whether the database has gone back in time: asked with each beat.</content>
internal sealed partial class Member
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);
    private readonly RollbackDetector _rollbacks = new();

    /// <summary>What the rules hear of the journal.</summary>
    public StoreStanding Store
    {
        get
        {
            var standing = Hold.Standing(World.Age, Directory.IsOutOfReach);
            return World.Rules.HoldsAdmissions ? standing : standing with { HoldsAdmissions = false };
        }
    }

    public void Take(OriginSnapshot snapshot)
    {
        Directory.Take(snapshot);
        Hold.Swept(snapshot.Name, snapshot.SweptEpoch);
    }

    private void Beat() => World.After(TimeSpan.FromMilliseconds(1), () => Do(() =>
    {
        if (World.Database.IsDown)
        {
            Hold.Doubt(true);
            After(BeatEvery / 4, Beat);
            return;
        }

        switch (_rollbacks.Observe(World.Database.Rollbacks.Beat(Name)))
        {
            case RollbackVerdict.WentBack back:
                RolledBack(World.Database.Rollbacks.Raise(back.Above), back.Why);
                break;
            case RollbackVerdict.ToldByOthers told:
                RolledBack(World.Database.Rollbacks.Raise(told.Epoch - 1), "told");
                break;
            default:
                Hold.Start(_rollbacks.Epoch);
                break;
        }

        Hold.Doubt(false);
        After(BeatEvery, Beat);
    }));

    private void RolledBack(StoreHistory history, string why)
    {
        _rollbacks.Accept(history, null);
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

            Ping();
        }
    }
}
