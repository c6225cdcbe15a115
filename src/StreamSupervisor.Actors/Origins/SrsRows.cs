using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.Origins;

/// <summary>SRS's answers in the words of the rules.</summary>
internal static class SrsRows
{
    public static OriginProcess Of(SrsProcess process) => new(process.ServerId, process.ServiceId, process.Pid, process.Version);

    public static StreamRow Of(SrsStream row) =>
        new(row.Id, row.Vhost, row.App, row.Name, row.Active, row.PublisherClientId, row.ReceivedBytes, row.Clients)
        {
            ReceivedKbps = row.ReceivedKbps,
            SentBytes = row.SentBytes,
            HasMedia = row.HasMedia,
        };

    public static ClientRow Of(SrsClient row) =>
        new(row.Id, row.VhostId, row.StreamId, row.Address, row.Url, row.Type, row.Publishing, row.Alive, row.ReceivedBytes);
}
