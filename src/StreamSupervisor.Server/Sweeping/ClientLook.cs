using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Sweeping;

/// <summary>Some clients of a node, asked for in the way that costs the node least: one by one, or as the list of all.</summary>
internal sealed class ClientLook
{
    private readonly Dictionary<string, SrsClient> _found = [];

    private ClientLook(TimeSpan cost) => Cost = cost;

    /// <summary>What it has cost the node's thread.</summary>
    public TimeSpan Cost { get; }

    /// <summary>The client; null when SRS does not know it (any more).</summary>
    public SrsClient? Find(string clientId) => _found.GetValueOrDefault(clientId);

    /// <exception cref="SrsUnreachableException">The node did not answer, or another process did: nothing is known.</exception>
    public static async Task<ClientLook> AskAsync(Origin origin, Look look, IReadOnlyCollection<string> clientIds, CancellationToken cancellation)
    {
        var single = Look.CostOf(clientIds.Count);
        var list = Look.CostOfList(look.Streams.Sum(row => Math.Max(row.Clients, 1)));
        if (single > list)
        {
            var all = await origin.Api.GetClientsAsync(cancellation);
            SameProcess(origin, look, all.ServiceId);
            var found = new ClientLook(list);
            foreach (var client in all.Value)
            {
                found._found[client.Id] = client;
            }

            return found;
        }

        var asked = new ClientLook(single);
        foreach (var clientId in clientIds)
        {
            var one = await origin.Api.GetClientAsync(clientId, cancellation);
            SameProcess(origin, look, one.ServiceId);
            if (one.Value is { } client)
            {
                asked._found[clientId] = client;
            }
        }

        return asked;
    }

    private static void SameProcess(Origin origin, Look look, string serviceId)
    {
        if (serviceId.Length > 0 && serviceId != look.Process.ServiceId)
        {
            throw new SrsUnreachableException($"{origin.Name} was replaced by the process {serviceId} during a look at it");
        }
    }
}
