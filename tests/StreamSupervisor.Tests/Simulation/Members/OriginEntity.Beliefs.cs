using System.Collections.Immutable;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>What it is told, and what it tells.</content>
internal sealed partial class OriginEntity
{
    private void Load() => world.After(world.Faults.StoreLatency(), () => member.Do(() =>
    {
        if (_stopped)
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
        var snapshot = _state.Snapshot();
        world.Network.Send(member, keeper, () => keeper.Directory.Take(snapshot));
    }
}
