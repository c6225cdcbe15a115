using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Effects;

/// <summary>Ask for the client itself, or for whoever publishes a key.</summary>
internal sealed partial class LiveStreamEffectRunner
{
    private async Task LookAsync(string entityId, LookAtSession look, CancellationToken cancellation)
    {
        var origin = await OriginAsync(entityId, look.Origin, evicted: null, cancellation);
        var key = StreamKey.Parse(entityId);
        var report = await UntilAnsweredAsync(async () =>
        {
            var lookedAt = _time.GetUtcNow();
            if (await IsOverAsync(origin, look.Session, cancellation))
            {
                return new ReportPublisherMissing(look.Session, lookedAt, Verified: true);
            }

            var answer = await origin.Api.GetClientAsync(look.Session.ClientId, cancellation);
            return answer.Value is { } client && _rules.Publishes(client, key) && !IsOther(look.Session, answer.ServiceId)
                ? new ReportPublisherSeen(_rules.PublisherOf(key, origin.Name, look.Session, client), client.ReceivedBytes, lookedAt, Verified: true)
                : (LiveStreamCommand)new ReportPublisherMissing(look.Session, lookedAt, Verified: true);
        }, cancellation);
        await ReportAsync(entityId, report, cancellation);
    }

    private async Task SearchAsync(string entityId, SearchForPublishers search, CancellationToken cancellation)
    {
        var key = StreamKey.Parse(entityId);
        if (_origins.Find(search.Origin) is not { } origin)
        {
            await ReportAsync(entityId, new ReportSearched(search.Origin, "", "", 0, _time.GetUtcNow()), cancellation);
            return;
        }

        var lookedAt = _time.GetUtcNow();
        SrsProcess process;
        SrsAnswer<IReadOnlyList<SrsClient>> clients;
        try
        {
            // Who it is comes first: if the process changes in between, the answer's own name says so.
            process = await origin.IdentifyAsync(cancellation);
            clients = await origin.Api.GetClientsAsync(cancellation);
        }
        catch (SrsUnreachableException)
        {
            // A search has an answer for this: it tells the entity that nothing is known, and the entity asks again if it wants to.
            await ReportAsync(entityId, new ReportSearched(search.Origin, "", "", 0, lookedAt), cancellation);
            return;
        }

        var serverId = clients.ServerId.Length > 0 ? clients.ServerId : process.ServerId;
        var serviceId = clients.ServiceId.Length > 0 ? clients.ServiceId : process.ServiceId;
        var found = 0;
        foreach (var client in clients.Value.Where(client => _rules.Publishes(client, key)))
        {
            found++;
            var by = _rules.PublisherOf(key, origin.Name, new SessionId(serverId, serviceId, client.Id), client);
            await ReportAsync(entityId, new ReportPublisherSeen(by, client.ReceivedBytes, lookedAt, Verified: true), cancellation);
        }

        await ReportAsync(entityId, new ReportSearched(origin.Name, serverId, serviceId, found, lookedAt), cancellation);
    }

    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        var retry = new Backoff(FirstRetry, 2, LongestRetry);
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (SrsUnreachableException)
            {
                await Task.Delay(retry.Next(), _time, cancellation);
            }
        }
    }
}
