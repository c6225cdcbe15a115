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
                    switch (who.IsThere ? SessionAnswers.OfProcess(check.Session, who.Value!.ServerId, who.Value.ServiceId)
                        : SessionAnswer.Undecided)
                    {
                        case SessionAnswer.There:
                            Look(lookedAt);
                            break;
                        case SessionAnswer.Gone:
                            Missing(lookedAt);
                            break;
                        default:
                            Retry();
                            break;
                    }
                });
                break;
        }
    }

    private void Look(DateTimeOffset lookedAt) => Call(Priority.Check, (server, run) => SrsApi.Client(server, run, check.Session.ClientId),
        answer =>
    {
        var client = answer.Value;
        var publishes = client is not null && World.Rows.Publishes(client, World.KeyOf(Entity.Key));
        switch (answer.IsThere ? SessionAnswers.OfClient(check.Session, answer.ServerId, answer.ServiceId, publishes)
            : SessionAnswer.Undecided)
        {
            case SessionAnswer.There:
                var relay = World.Relays.RelayOf(client!.Address, check.Origin);
                Report(new ReportPublisherSeen(World.Rows.PublisherOf(World.KeyOf(Entity.Key), check.Origin, check.Session, client),
                    client.ReceivedBytes, lookedAt, Verified: true, relay?.Origin, relay?.Configured ?? false, Asked: true));
                End();
                break;
            case SessionAnswer.Gone:
                Missing(lookedAt);
                break;
            default:
                Retry();
                break;
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
