using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>Which addresses the settings give to which SRS server.</summary>
internal static class RelaySettings
{
    public static Relays Of(IEnumerable<OriginOptions> origins) => new(
        [.. origins.Select(origin => new RelayAddresses(origin.Name, [new Uri(origin.Api).Host], origin.RelaysFrom))]);
}
