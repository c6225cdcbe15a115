using System.Net;
using System.Net.Sockets;

namespace StreamSupervisor.Commands.Setup;

/// <summary>Where an SRS server posts its hooks.</summary>
/// <param name="Url"><c>http://address:port</c>.</param>
/// <param name="Reached">False: the listener is for this machine only, and the server is on another.</param>
internal sealed record HookAddress(Uri Url, bool Reached)
{
    /// <summary>The listener that a server reaches, as the server calls it.</summary>
    /// <param name="listen"><c>http.listen</c>.</param>
    /// <param name="api">The address of the server's API, which says where the server is.</param>
    /// <returns>Null: there is no listener for hooks, which come by HTTP without TLS.</returns>
    public static HookAddress? Of(IEnumerable<string> listen, string api)
    {
        var listeners = listen.Select(Read).OfType<Uri>().Where(url => url.Scheme == Uri.UriSchemeHttp).ToList();
        if (!Uri.TryCreate(api, UriKind.Absolute, out var server) || listeners.Count == 0)
        {
            return null;
        }

        if (server.IsLoopback)
        {
            var near = listeners.Find(url => url.IsLoopback) ?? listeners.Find(IsAny);
            return new HookAddress(near is null ? listeners[0] : IsAny(near) ? At(near, "127.0.0.1") : near, Reached: true);
        }

        if (listeners.Find(url => !url.IsLoopback && !IsAny(url)) is { } far)
        {
            return new HookAddress(far, Reached: true);
        }

        return listeners.Find(IsAny) is { } any
            ? new HookAddress(At(any, OwnAddressTowards(server) ?? any.Host), Reached: true)
            : new HookAddress(listeners[0], Reached: false);
    }

    /// <summary>This machine's address on the way to a server. Nothing is sent.</summary>
    /// <returns>Null: there is no way, or its name is not known.</returns>
    public static string? OwnAddressTowards(Uri server)
    {
        try
        {
            var host = IPAddress.TryParse(server.Host.Trim('[', ']'), out var address) ? address : Dns.GetHostAddresses(server.Host)[0];
            using var probe = new Socket(host.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(host, server.Port);
            return ((IPEndPoint)probe.LocalEndPoint!).Address is { } own && own.AddressFamily == AddressFamily.InterNetworkV6
                ? $"[{own}]" : $"{((IPEndPoint)probe.LocalEndPoint!).Address}";
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static Uri At(Uri listener, string host) => new($"{listener.Scheme}://{host}:{listener.Port}");

    private static bool IsAny(Uri url) => url.Host is "0.0.0.0" or "[::]";

    private static Uri? Read(string listener) => Uri.TryCreate(
        listener.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal)
            .Replace("://localhost", "://127.0.0.1", StringComparison.Ordinal),
        UriKind.Absolute, out var url) ? url : null;
}
