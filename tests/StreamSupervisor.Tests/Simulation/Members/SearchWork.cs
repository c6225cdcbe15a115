using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>Finds whoever publishes the key on a server.</summary>
internal sealed class SearchWork(World world, Member member, StreamEntity entity, SearchForPublishers search)
    : Work(world, member, entity, search.Origin)
{
    public override void Begin()
    {
        var (lookedAt, known) = (Member.Now, new KnownAtLook(Entity.Revision));
        Call(Priority.Check, SrsApi.Process, who =>
        {
            if (!who.IsThere)
            {
                Nothing(lookedAt);
                return;
            }

            Call(Priority.Check, SrsApi.Clients, clients =>
            {
                if (clients.IsThere)
                {
                    Found(who.Value!, clients, lookedAt, known);
                }
                else
                {
                    Nothing(lookedAt);
                }
            });
        });
    }

    private void Found(OriginProcess who, ApiAnswer<IReadOnlyList<ClientRow>> clients, DateTimeOffset lookedAt, KnownAtLook known)
    {
        var serverId = clients.ServerId.Length > 0 ? clients.ServerId : who.ServerId;
        var serviceId = clients.ServiceId.Length > 0 ? clients.ServiceId : who.ServiceId;
        if (Member.Directory.StandingOf(search.Origin, new SessionId(serverId, serviceId, "")) == ProcessStanding.Superseded
            || Member.Directory.Find(search.Origin).IsAnotherServer(serverId))
        {
            Nothing(lookedAt);
            return;
        }

        var key = World.KeyOf(Entity.Key);
        var found = clients.Value!.Where(client => World.Rows.Publishes(client, key)).ToList();
        foreach (var client in found)
        {
            var relay = World.Relays.RelayOf(client.Address, search.Origin);
            Report(new ReportPublisherSeen(World.Rows.PublisherOf(key, search.Origin, new SessionId(serverId, serviceId, client.Id),
                client), client.ReceivedBytes, lookedAt,
                Verified: true, relay?.Origin, relay?.Configured ?? false, Known: known));
        }

        Report(new ReportSearched(search.Origin, serverId, serviceId, found.Count, lookedAt));
        End();
    }

    private void Nothing(DateTimeOffset lookedAt)
    {
        Report(new ReportSearched(search.Origin, "", "", 0, lookedAt));
        End();
    }
}
