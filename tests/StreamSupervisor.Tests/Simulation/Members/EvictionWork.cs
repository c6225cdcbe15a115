using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>Removes one session.</summary>
internal sealed class EvictionWork(World world, Member member, StreamEntity entity, EvictSession evict)
    : Work(world, member, entity, evict.Origin)
{
    private EvictionProcedure _procedure = new(evict);

    public override void Begin()
    {
        _procedure = new EvictionProcedure(evict);
        Do(_procedure.Begin(Member.Directory.StandingOf(evict.Origin, evict.Session), Member.Now));
    }

    public override void Stop()
    {
        base.Stop();
        Member.Gate(Origin).Release(this);
    }

    private void Do(EvictionStep step)
    {
        if (step.StalledBecause is { } why)
        {
            World.Note(Member.Name, "stalls", Entity.Key, evict.Session.ToString(), why);
            Report(new ReportEvictionStalled(evict.Session, why, step.IsForbidden && World.Rules.TellsForbidden));
            if (step.IsForbidden)
            {
                World.History.Forbade(Entity.Key, evict.Session, Member);
            }
        }

        switch (step)
        {
            case EvictionStep.Identify:
                Ask(SrsApi.Process, who => new EvictionAnswer.Identified(who.Value!.ServerId, who.Value.ServiceId));
                break;
            case EvictionStep.Delete:
                World.History.Deleting(Entity.Key, evict.Session);
                Ask<bool?>((server, run) => server.ForbidsDelete ? null
                    : World.Rules.Deletes(server, run, Entity.Key, evict.Session.ClientId), Exists);
                break;
            case EvictionStep.Look:
                Ask<bool?>((server, run) => SrsApi.Client(server, run, evict.Session.ClientId) is not null, Exists);
                break;
            case EvictionStep.Pause pause:
                After(pause.For, () => Do(_procedure.Next(new EvictionAnswer.PauseOver(), Member.Now)));
                break;
            case EvictionStep.Released released:
                Member.Gate(Origin).Release(this);
                Report(new ReportEvicted(evict.Session, released.Proof));
                End();
                break;
        }
    }

    private static EvictionAnswer Exists(ApiAnswer<bool?> answer) => answer.Value switch
    {
        null => new EvictionAnswer.NotAllowed("forbidden"),
        true => new EvictionAnswer.Exists(answer.ServiceId, answer.ServerId),
        false => new EvictionAnswer.NoSuchClient(answer.ServiceId, answer.ServerId),
    };

    private void Ask<T>(Func<SrsServer, SrsRun, T> ask, Func<ApiAnswer<T>, EvictionAnswer> read)
    {
        if (World.Rules.HoldsPlaces)
        {
            Member.Gate(Origin).CallHolding(this, ask, Take);
        }
        else
        {
            Call(Priority.Kick, ask, Take);
        }

        void Take(ApiAnswer<T> answer) => Do(_procedure.Next(answer.IsThere ? read(answer)
            : new EvictionAnswer.Unreachable(answer.Unreachable!), Member.Now));
    }
}
