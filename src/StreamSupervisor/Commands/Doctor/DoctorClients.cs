using System.Security.Cryptography.X509Certificates;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>How the API of each member is asked.</summary>
/// <param name="key">As given with <c>--api-key</c>; null: it is looked for in the environment, then in the settings.</param>
/// <param name="authorities">Who may have signed certificates; null: those that this machine trusts.</param>
internal sealed class DoctorClients(SupervisorOptions options, string? key, X509Certificate2Collection? authorities) : IDisposable
{
    private readonly List<SupervisorApiClient> _others = [];
    private readonly string? _key = key ?? Environment.GetEnvironmentVariable(ApiClientSwitches.ApiKeyVariable)
        ?? options.Api.Keys.FirstOrDefault(one => one.Key.Length > 0 && one.Key.All(sign => sign is >= '!' and <= '~'))?.Key;

    private SupervisorApiClient? _own;

    /// <summary>Of the supervisor on this machine; null: the settings give it no address.</summary>
    public SupervisorApiClient? Own => _own ??= options.Http.Listen.FirstOrDefault() is { } listen
        && Uri.TryCreate(CallableAddress.Of(listen), UriKind.Absolute, out var url)
        ? new SupervisorApiClient(url, _key, authorities) : null;

    /// <summary>Of the other members that are alive, by their names; null where their address is not known here.</summary>
    public IReadOnlyList<(string Name, SupervisorApiClient? Api)> Of(IReadOnlyList<ClusterMember> members)
    {
        var others = new List<(string, SupervisorApiClient?)>();
        foreach (var member in members.Where(member => !member.IsOver && !IsThisMachine(member)))
        {
            var client = member.UrlOf(options.Http.Listen.FirstOrDefault(), options.Cluster) is { } url
                ? new SupervisorApiClient(url, _key, authorities) : null;
            if (client is not null)
            {
                _others.Add(client);
            }

            others.Add((member.Name, client));
        }

        return others;
    }

    public void Dispose()
    {
        _own?.Dispose();
        _others.ForEach(client => client.Dispose());
    }

    private bool IsThisMachine(ClusterMember member) => Uri.TryCreate(options.Cluster.Advertise, UriKind.Absolute, out var self)
        && member.Advertised == $"{self.Host}:{self.Port}";
}
