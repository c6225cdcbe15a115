using Akka.Actor;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>The look that everybody waits for after the store went back in time.</summary>
public sealed partial class OriginActor
{
    private void SweepIfRolledBack(long epoch)
    {
        if (_rollback.Begin(epoch, Now().Elapsed))
        {
            // Beliefs of the time that is gone have higher numbers than those that follow, and the index may hold them for a moment
            // longer. Without any, all that is on air is a stranger, of which its stream is told; what it believes it tells then.
            _beliefs = new BeliefBook(_name);
            CountOnAir();
            Timers.StartSingleTimer(Load.Instance, Load.Instance, _settings.ReloadEvery);
            Begin();
            _sweep.Tell(SweepMessage.Soon.Instance);
        }
    }

    private void LookedAfterRollback(Look look)
    {
        if (_rollback.Looked(look.At.Elapsed, _settled))
        {
            TellEveryone(afterChange: true);
        }
        else if (_rollback.IsWanted)
        {
            Timers.StartSingleTimer("rollback", new SweepSoon(_name), RollbackSweep.Apart);
        }
    }
}
