using System.Collections.Immutable;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>What it is told, and what it tells.</content>
internal sealed partial class OriginEntity
{
    private void Load() => Load(_rollback.Epoch);

    private void Load(long epoch) => world.After(world.Faults.StoreLatency(), () => member.Do(() =>
    {
        if (_stopped || epoch != _rollback.Epoch)
        {
            return;
        }

        if (world.Database.IsDown)
        {
            After(LoadAgainAfter, Load);
            return;
        }

        var loaded = world.Database.Index.Rows.Select(row => row.Belief).Where(belief => belief.Origins().Contains(server.Name)).ToList();
        var book = new BeliefBook();
        foreach (var (belief, heardAt) in _beliefs.On(server.Name))
        {
            if (world.Age - heardAt < ReloadEvery || loaded.Any(one => one.Key == belief.Key))
            {
                book.Changed(belief, heardAt);
            }
        }

        loaded.ForEach(belief => book.Changed(belief, world.Age));
        var first = _beliefs.Count == 0 && !_sweeps;
        _beliefs = book;
        After(first ? LoadAgainAfter : ReloadEvery, Load);
        BeginSweeping();
    }));

    private void TellAgain()
    {
        _keepers.ForEach(Tell);
        After(TellEvery, TellAgain);
    }

    private void Tell(Member keeper)
    {
        var snapshot = _state.Snapshot() with { SweptEpoch = _rollback.Swept };
        world.Network.Send(member, keeper, () => keeper.Take(snapshot));
    }

    private readonly RollbackSweep _rollback = new();
    private Scheduled? _nextRollbackLook;

    /// <summary>The database has gone back in time: beliefs of the time that is gone have higher numbers than those that follow.</summary>
    private void SweepIfRolledBack(long epoch)
    {
        if (_rollback.Begin(epoch, world.Age))
        {
            _beliefs = new BeliefBook();
            BeginSweeping();
            SweepSoon();
            After(ReloadEvery, Load);
        }
    }

    private void LookAgainUnless(bool isSwept)
    {
        if (isSwept)
        {
            _keepers.ForEach(Tell);
        }
        else if (_rollback.IsWanted)
        {
            _nextRollbackLook?.Cancel();
            _nextRollbackLook = member.After(RollbackSweep.Apart, () =>
            {
                if (!_stopped)
                {
                    SweepSoon();
                }
            });
        }
    }
}
