using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Where the page of a stream is, and what its row is called.</summary>
public static class StreamUrl
{
    internal const string Prefix = "/streams/";

    /// <summary>The page of a stream.</summary>
    public static string Of(PageContext page, StreamKeyView key)
    {
        ArgumentNullException.ThrowIfNull(page);
        return page.Url(PathOf(key));
    }

    /// <summary>The same from the root of the pages on.</summary>
    public static string PathOf(StreamKeyView key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return StreamPath.Of(new StreamKey(key.Vhost, key.App, key.Stream), Prefix);
    }

    /// <summary>The whole key in one text, as the feed names it.</summary>
    internal static string NameOf(StreamKeyView key) => $"{key.Vhost}/{key.App}/{key.Stream}";

    /// <summary>An id for an element about a stream: short, whatever the key holds.</summary>
    public static string IdOf(StreamKeyView key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"k{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(NameOf(key))))[..12]}";
    }
}
