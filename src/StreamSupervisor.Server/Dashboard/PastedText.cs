using System.Text.RegularExpressions;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>
/// What a person pastes into a box to search for it: a publishing address, a line of a log, a curl command. What may be a credential in it
/// is left out, for a search becomes an address, which browsers, proxies and their logs keep.
/// </summary>
internal static partial class PastedText
{
    /// <summary>
    /// The text without user names, queries and named secrets. Where SRT and WHIP name the stream in the query, the address becomes the one
    /// that SRS itself writes: <c>srt://host/app/stream</c>, <c>webrtc://host/app/stream</c>.
    /// </summary>
    public static string WithoutSecrets(string text) => NamedSecret().Replace(
        Query().Replace(Whip().Replace(Srt().Replace(UserInfo().Replace(text, "//"), OfSrt), OfWhip), ""), "${name}=").Trim();

    /// <summary>A stream id is <c>app/stream</c>, or <c>#!::</c> and fields of which r has it, or h behind a vhost.</summary>
    private static string OfSrt(Match url)
    {
        var id = Uri.UnescapeDataString(url.Groups["id"].Value.Replace('+', ' '));
        var fields = id.StartsWith("#!::", StringComparison.Ordinal) ? id[4..].Split(',') : [$"r={id}"];
        var key = fields.FirstOrDefault(field => field.StartsWith("r=", StringComparison.Ordinal))?[2..]
            ?? fields.FirstOrDefault(field => field.StartsWith("h=", StringComparison.Ordinal))?[2..] ?? "";
        var parts = key.Split('?', '&')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length < 2 ? $"srt://{url.Groups["host"].Value}" : $"srt://{url.Groups["host"].Value}/{parts[^2]}/{parts[^1]}";
    }

    private static string OfWhip(Match url)
    {
        var query = url.Groups["query"].Value;
        var (app, stream) = (WhipField("app"), WhipField("stream"));
        return app.Length == 0 || stream.Length == 0 ? "" : $"webrtc://{url.Groups["host"].Value}/{app}/{stream}";

        string WhipField(string name) => query.Split('&', '?')
            .Where(field => field.StartsWith(name + "=", StringComparison.Ordinal))
            .Select(field => Uri.UnescapeDataString(field[(name.Length + 1)..]).Trim('/')).FirstOrDefault("");
    }

    // A token may hold a comma or a bracket: a query ends where no address goes on.
    [GeneratedRegex(@"\?[^\s""']*", RegexOptions.None, 200)]
    private static partial Regex Query();

    [GeneratedRegex(@"//[^\s/@""]{1,512}@", RegexOptions.None, 200)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"\bsrt://(?<host>[^\s/?#""']*)/?\?(?:[^\s""'&]*&)*?streamid=(?<id>[^\s""'&]*)[^\s""']*", RegexOptions.IgnoreCase, 200)]
    private static partial Regex Srt();

    [GeneratedRegex(@"\bhttps?://(?<host>[^\s/?#""']*)/rtc/v1/\w+/?\?(?<query>[^\s""']*)", RegexOptions.IgnoreCase, 200)]
    private static partial Regex Whip();

    [GeneratedRegex(
        @"\b(?<name>\w*token|\w*secret|\w*api_?key|jwt|auth_key|password|passphrase|pass|pwd|sign|signature)"
        + @"\s?[=:]\s?""?[^\s""',&;\])]+|\b(?<name>authorization\s?[=:]\s?(?:bearer|basic))\s+[^\s""']+",
        RegexOptions.IgnoreCase, 200)]
    private static partial Regex NamedSecret();
}
