using System.Globalization;

namespace StreamSupervisor.Server.Configuration;

/// <summary>Where other SRS servers play from a server, over RTMP.</summary>
/// <param name="Host">An address or a name; IPv6 in brackets, since SRS makes an address of it as it is.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct PlayAddress(string Host, int Port)
{
    private const int Rtmp = 1935;
    private const string Scheme = "rtmp://";

    /// <summary>Reads <c>host</c> or <c>host:port</c>.</summary>
    public static bool TryParse(string? text, out PlayAddress address)
    {
        address = default;
        var colon = text?.IndexOf(':', text.IndexOf(']', StringComparison.Ordinal) + 1) ?? 0;
        var host = colon < 0 ? text! : text?[..colon] ?? "";
        if (Uri.CheckHostName(host.StartsWith('[') ? host.Trim('[', ']') : host) == UriHostNameType.Unknown
            || host.StartsWith('[') != host.EndsWith(']'))
        {
            return false;
        }

        var port = Rtmp;
        if (colon >= 0 && (!int.TryParse(text![(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port is < 1 or > 65535))
        {
            return false;
        }

        address = new PlayAddress(host, port);
        return true;
    }

    /// <summary>
    /// What the settings say of a server: its play-address; else where encoders publish to it, if by RTMP and to a host that does not
    /// depend on the stream; else the host of its API.
    /// </summary>
    public static PlayAddress Of(OriginOptions origin) =>
        TryParse(origin.PlayAddress, out var written) || TryParse(PublishedTo(origin.PublishUrl), out written) ? written
        : Uri.TryCreate(origin.Api, UriKind.Absolute, out var api) ? new PlayAddress(api.Host, Rtmp)
        : default;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static string? PublishedTo(string? url) =>
        url?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? url[Scheme.Length..].Split('/', '?')[0] : null;
}
