using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// Where one part of the program listens, and on which ports it really does once the sockets are bound (a port 0 is filled in then).
/// </summary>
internal sealed class Listeners
{
    private readonly List<IPEndPoint> _addresses;

    /// <param name="urls">Checked addresses: <c>http://127.0.0.1:8085</c>, <c>http://*:8085</c>, <c>http://localhost:8085</c>.</param>
    public Listeners(IEnumerable<string> urls)
    {
        _addresses = [.. urls.Select(Parse)];
        Ports = [.. _addresses.Select(address => address.Port)];
    }

    public HashSet<int> Ports { get; }

    public void Bind(KestrelServerOptions kestrel, Action<ListenOptions>? configure = null)
    {
        foreach (var address in _addresses)
        {
            kestrel.Listen(address, configure ?? (_ => { }));
        }
    }

    private static IPEndPoint Parse(string url)
    {
        var address = BindingAddress.Parse(url);
        return new IPEndPoint(address.Host switch
        {
            "*" or "+" => IPAddress.IPv6Any,
            "localhost" => IPAddress.Loopback,
            var host => IPAddress.Parse(host.Trim('[', ']')),
        }, address.Port);
    }
}
