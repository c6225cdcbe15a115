using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>The style, the script and the sign of the pages, from the program itself; small enough to be held packed.</summary>
internal sealed class DashboardAssets
{
    private const string Prefix = "dashboard/";
    private const string ForEver = "public, max-age=31536000, immutable";

    private static readonly Dictionary<string, string> Types = new()
    {
        [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".svg"] = "image/svg+xml",
    };

    private readonly FrozenDictionary<string, Asset> _assets = Load().ToFrozenDictionary();

    /// <summary>What a page calls it: with a part of its hash, so that it may be kept for ever.</summary>
    public string PathOf(string name) => $"assets/{_assets[name].Hash}/{name}";

    /// <summary>
    /// An asset. Under the hash of another version too, which a page of another member may name while members are brought up to date;
    /// then it is not to be kept.
    /// </summary>
    public IResult Answer(HttpContext call, string hash, string name)
    {
        if (!_assets.TryGetValue(name, out var asset))
        {
            return Results.NotFound();
        }

        var headers = call.Response.Headers;
        headers.CacheControl = hash == asset.Hash ? ForEver : "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        var tag = new EntityTagHeaderValue($"\"{asset.Hash}\"");
        if (call.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            headers.ContentEncoding = "br";
            return Results.Bytes(asset.Packed, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}-br\""));
        }

        return Results.Bytes(asset.Plain, asset.Type, entityTag: tag);
    }

    private static IEnumerable<KeyValuePair<string, Asset>> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var plain = new byte[stream.Length];
            stream.ReadExactly(plain);
            var name = resource[Prefix.Length..];
            yield return new(name, new Asset(
                Types[Path.GetExtension(name)], Convert.ToHexStringLower(SHA256.HashData(plain))[..12], plain, Pack(plain)));
        }
    }

    private static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize))
        {
            brotli.Write(plain);
        }

        return packed.ToArray();
    }

    private sealed record Asset(string Type, string Hash, byte[] Plain, byte[] Packed);
}
