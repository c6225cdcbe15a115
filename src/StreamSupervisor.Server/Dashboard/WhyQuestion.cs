using System.Net;
using System.Text.RegularExpressions;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>What a search for an attempt is about.</summary>
public enum WhyTermKind
{
    /// <summary>Any name: a client, an address, an encoder, an identity, a part of a key, a reason.</summary>
    Name,
    Client,
    Address,
    Key,
}

/// <summary>One thing to search for.</summary>
public sealed record WhyTerm(WhyTermKind Kind, string Text);

/// <summary>
/// What a person wrote into the box: a name, or a line of SRS's log or a publishing address with names in it. The first term that finds
/// anything answers.
/// </summary>
public sealed partial record WhyQuestion(string Text, IReadOnlyList<WhyTerm> Terms)
{
    /// <summary>Longer is no line of a log.</summary>
    public const int MaxLength = 2000;

    /// <summary>Whether the terms were read out of a line, instead of being what was written.</summary>
    public bool IsLine => Terms.Count != 1 || Terms[0].Text != Text;

    /// <param name="text">What was written; may be empty. Of what is longer than <see cref="MaxLength"/>, the beginning. What may be a
    /// credential in it is left out: the question becomes an address, which is kept by browsers, proxies and their logs.</param>
    public static WhyQuestion Of(string? text)
    {
        var line = (text ?? "").Trim();
        line = PastedText.WithoutSecrets(line.Length > MaxLength ? line[..MaxLength] : line);
        if (line.Length == 0)
        {
            return new WhyQuestion("", []);
        }

        var terms = new List<WhyTerm>();
        if (Header().Match(line) is { Success: true } header)
        {
            terms.Add(new(WhyTermKind.Client, header.Groups["client"].Value));
        }

        if (ClientField().Match(line) is { Success: true } client)
        {
            terms.Add(new(WhyTermKind.Client, client.Groups["client"].Value));
        }

        if (KeyOf(line) is { } key)
        {
            terms.Add(new(WhyTermKind.Key, key));
        }

        // In an address or a line with a header, a bare number of that form may be the server's own: only a named one is the encoder's.
        if (AddressField().Match(line) is { Success: true } address && IPAddress.TryParse(address.Groups["address"].Value, out var ip))
        {
            terms.Add(new(WhyTermKind.Address, ip.ToString()));
        }

        return new WhyQuestion(line, terms.Count > 0 ? [.. terms.Distinct()] : [new(WhyTermKind.Name, line)]);
    }

    private static string? KeyOf(string line)
    {
        if (Url().Match(line) is { Success: true } url)
        {
            return $"{url.Groups["app"].Value}/{url.Groups["stream"].Value}";
        }

        // SRS says which stream is busy in these words: "stream /live/cam1 is busy".
        return StreamField().Match(line) is { Success: true } field
            && StreamKey.TryParse(field.Groups["key"].Value.Trim('/'), out var key) ? $"{key.App}/{key.Stream}" : null;
    }

    /// <summary>[time][level][process][client]; SRS 4 and later, and with a word for the level SRS 3.</summary>
    [GeneratedRegex(@"^\[[\d\- :.]{10,30}\]\s?\[\w{1,10}\]\s?\[\d{1,10}\]\s?\[(?<client>[\w\-]{1,64})\]", RegexOptions.None, 200)]
    private static partial Regex Header();

    [GeneratedRegex(@"\b(?:client_id|client|cid|id)\s?[=:]\s?""?(?<client>[0-9a-z]{6,64})\b", RegexOptions.None, 200)]
    private static partial Regex ClientField();

    [GeneratedRegex(
        @"\b(?:ip|peer|from|client_ip)\s?[=:]\s?""?(?:\[(?<address>[0-9a-fA-F:.]{2,45})\]|(?<address>\d{1,3}(?:\.\d{1,3}){3})"
        + @"|(?<address>[0-9a-fA-F:.]{2,45}))",
        RegexOptions.None, 200)]
    private static partial Regex AddressField();

    [GeneratedRegex(
        @"\b(?:rtmps?|srt|webrtc)://[^\s/?#""]+/(?<app>[^\s?#""]+)/(?<stream>[^\s/?#"",]+)", RegexOptions.IgnoreCase, 200)]
    private static partial Regex Url();

    [GeneratedRegex(@"\b(?:stream|url|stream_url)\s?[=: ]\s?""?(?<key>/[^\s?#"",]+/[^\s/?#"",]+)", RegexOptions.None, 200)]
    private static partial Regex StreamField();
}
