using System.Net;

namespace StreamSupervisor.Commands;

/// <summary>Where a listener is called from this machine.</summary>
internal static class CallableAddress
{
    /// <summary>Whoever listens on every address is found on loopback; '+' and '*' are no hosts that one could call.</summary>
    /// <returns>Without a slash at the end.</returns>
    public static string Of(string listen)
    {
        var callable = listen.Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://*", "://127.0.0.1", StringComparison.Ordinal).TrimEnd('/');
        return Uri.TryCreate(callable, UriKind.Absolute, out var address) && IPAddress.TryParse(address.Host.Trim('[', ']'), out var host)
            && (host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(address) { Host = host.Equals(IPAddress.Any) ? "127.0.0.1" : "[::1]" }.Uri.ToString().TrimEnd('/')
            : callable;
    }
}
