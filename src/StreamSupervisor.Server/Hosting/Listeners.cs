using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// Where one part of the program listens, and on which ports it really does once the sockets are bound (a port 0 is filled in then).
/// </summary>
internal sealed class Listeners
{
    private readonly List<(IPEndPoint Address, bool IsSecure)> _addresses;

    /// <param name="urls">Checked addresses: <c>http://127.0.0.1:8085</c>, <c>https://*:8443</c>, <c>http://localhost:8085</c>.</param>
    public Listeners(IEnumerable<string> urls)
    {
        _addresses = [.. urls.Select(Parse)];
        Ports = [.. _addresses.Select(one => one.Address.Port)];
    }

    public HashSet<int> Ports { get; }

    /// <param name="kestrel">Listens.</param>
    /// <param name="secure">Has a listener speak TLS.</param>
    public void Bind(KestrelServerOptions kestrel, Action<ListenOptions> secure)
    {
        foreach (var (address, isSecure) in _addresses)
        {
            kestrel.Listen(address, isSecure ? secure : _ => { });
        }
    }

    private static (IPEndPoint Address, bool IsSecure) Parse(string url)
    {
        var address = BindingAddress.Parse(url);
        return (new IPEndPoint(address.Host switch
        {
            "*" or "+" => IPAddress.IPv6Any,
            "localhost" => IPAddress.Loopback,
            var host => IPAddress.Parse(host.Trim('[', ']')),
        }, address.Port), address.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase));
    }
}
