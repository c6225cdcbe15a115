using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Connections;

/// <summary>
/// What SRS knows of a client after its publish or play command (<c>SrsRequest</c>). The parameters collect: SRS parses the tcUrl when the
/// client connects and again with each publish, and from 5 on puts what it finds in front of what it had, so a second publish over one
/// connection shows <c>?n=2?n=1</c>, and a vhost in the tcUrl shows twice.
/// </summary>
internal sealed record RtmpRequest(string TcUrl, SimulatedStreamKey Key, string Param)
{
    /// <summary>What a client has asked for before it names a stream: only the tcUrl, whose query is taken already.</summary>
    public static string ParamOfConnect(string tcUrl) => QueryOf(tcUrl);

    /// <summary>What SRS makes of a publish or play command.</summary>
    /// <param name="tcUrl"><c>rtmp://host[:port]/app[?query]</c>.</param>
    /// <param name="streamAndQuery"><c>stream[?query]</c>.</param>
    /// <param name="earlierParam">The parameters so far on this connection.</param>
    public static RtmpRequest Identify(SimulatedSrsOptions options, string tcUrl, string streamAndQuery, string earlierParam)
    {
        var withoutQuery = tcUrl[..^QueryOf(tcUrl).Length];
        var schemeEnd = withoutQuery.IndexOf("://", StringComparison.Ordinal) + 3;
        var slash = withoutQuery.IndexOf('/', schemeEnd);
        var host = withoutQuery[schemeEnd..(slash < 0 ? withoutQuery.Length : slash)];
        var app = slash < 0 ? "__defaultApp__" : withoutQuery[(slash + 1)..].Trim('/');
        var streamQuery = QueryOf(streamAndQuery);
        var tcQuery = QueryOf(tcUrl);

        // 4 keeps the last query that it sees; later versions string all of them together.
        var param = options.Model.Major < 5
            ? FirstNotEmpty(streamQuery, tcQuery, earlierParam)
            : streamQuery + earlierParam + tcQuery;

        var colon = host.IndexOf(':', StringComparison.Ordinal);
        var vhost = FirstNotEmpty(VhostIn(param), VhostIn(tcQuery), colon < 0 ? host : host[..colon]);
        if (!options.Vhosts.Contains(vhost, StringComparer.Ordinal))
        {
            vhost = SimulatedStreamKey.DefaultVhost;
        }

        if (param == $"?vhost={SimulatedStreamKey.DefaultVhost}")
        {
            param = "";
        }

        return new RtmpRequest(tcUrl, new SimulatedStreamKey(vhost, app, streamAndQuery[..^streamQuery.Length]), param);
    }

    private static string QueryOf(string text)
    {
        var mark = text.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? "" : text[mark..];
    }

    private static string VhostIn(string param)
    {
        foreach (var part in param.Split('?', '&'))
        {
            if (part.StartsWith("vhost=", StringComparison.Ordinal))
            {
                return part["vhost=".Length..];
            }
        }

        return "";
    }

    private static string FirstNotEmpty(string first, string second, string third) =>
        first.Length > 0 ? first : second.Length > 0 ? second : third;
}
