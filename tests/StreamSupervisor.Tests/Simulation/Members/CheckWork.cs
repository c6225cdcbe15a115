using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>Asks for one client itself, until the server answers.</summary>
internal sealed class CheckWork(World world, Member member, StreamEntity entity, CheckSession check)
    : Work(world, member, entity, check.Origin)
{
    private TimeSpan _retry = TimeSpan.FromMilliseconds(100);

    public override void Begin()
    {
        var lookedAt = Member.Now;
        switch (Member.Directory.StandingOf(check.Origin, check.Session))
        {
            case ProcessStanding.Superseded:
                Missing(lookedAt);
                break;
            case ProcessStanding.Current:
                Look(lookedAt);
                break;
            default:
                Call(Priority.Check, SrsApi.Process, who =>
                {
                    if (!who.IsThere || who.Value!.ServerId != check.Session.ServerId)
                    {
                        Retry();
                    }
                    else if (who.Value.ServiceId != check.Session.ServiceId)
                    {
                        Missing(lookedAt);
                    }
                    else
                    {
                        Look(lookedAt);
                    }
                });
                break;
        }
    }

    private void Look(DateTimeOffset lookedAt) => Call(Priority.Check, (server, run) => SrsApi.Client(server, run, check.Session.ClientId),
        answer =>
    {
        if (!answer.IsThere || (answer.ServiceId.Length > 0 && answer.ServiceId != check.Session.ServiceId))
        {
            Retry();
        }
        else if (answer.Value is { } client && World.Rows.Publishes(client, World.KeyOf(Entity.Key)))
        {
            var relay = World.Relays.RelayOf(client.Address, check.Origin);
            Report(new ReportPublisherSeen(World.Rows.PublisherOf(World.KeyOf(Entity.Key), check.Origin, check.Session, client),
                client.ReceivedBytes, lookedAt, Verified: true, relay?.Origin, relay?.Configured ?? false, Asked: true));
            End();
        }
        else
        {
            Missing(lookedAt);
        }
    });

    private void Missing(DateTimeOffset lookedAt)
    {
        Report(new ReportPublisherMissing(check.Session, lookedAt, Verified: true, Asked: true));
        End();
    }

    private void Retry()
    {
        After(_retry, Begin);
        _retry = _retry * 2 < TimeSpan.FromSeconds(2) ? _retry * 2 : TimeSpan.FromSeconds(2);
    }
}
