using System.Text.RegularExpressions;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>origins</c>: the SRS servers.</summary>
internal static partial class OriginsValidator
{
    /// <summary>The token of <c>standalone.conf</c>. Everybody can read it there, so it protects nothing.</summary>
    public const string PublishedToken = "standalone-srs-1-hooks";

    private const int ShortToken = 16;

    public static void Check(SupervisorOptions options, Checks checks)
    {
        checks.Advise("origins", options.Origins.Count > 0, "names no SRS server: nothing is supervised.",
            "Add { name = …, api = …, hook-token = … }.");
        var names = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        var asking = new Dictionary<string, int>(StringComparer.Ordinal);
        var apis = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < options.Origins.Count; i++)
        {
            var origin = options.Origins[i];
            var at = $"origins[{i}]";
            CheckName($"{at}.name", origin.Name, checks);
            CheckApi($"{at}.api", origin.Api, checks);
            CheckToken($"{at}.hook-token", origin.HookToken, checks);
            CheckLogin(at, origin, checks);
            CheckRelays($"{at}.relays-from", origin, options.Origins, checks);
            checks.Require($"{at}.publish-url", origin.PublishUrl is null
                || (origin.PublishUrl.Contains("://", StringComparison.Ordinal)
                    && origin.PublishUrl.Contains("{stream}", StringComparison.Ordinal)),
                "names no place for the stream.", "Write it as encoders need it, such as \"rtmp://live.example/{app}/{stream}\".");
            CheckCoworkers(at, origin, options.Origins, checks);
            CheckUnique($"{at}.coworkers-token", origin.CoworkersToken, i, asking, checks, "The token is what tells servers apart.");
            CheckUnique($"{at}.name", origin.Name, i, names, checks, "A name stands for one server.");
            CheckUnique($"{at}.hook-token", origin.HookToken, i, tokens, checks, "The token is what tells servers apart.");
            CheckUnique($"{at}.api", origin.Api.TrimEnd('/'), i, apis, checks,
                "One server named twice would be swept twice and own each stream twice.");
        }
    }

    private static void CheckName(string setting, string name, Checks checks)
    {
        checks.Require(setting, name.Length > 0, "is missing.", "Name the server as its own server_id does, such as \"srs-1\".");
        checks.Require(setting, name.Length == 0 || Name().IsMatch(name), "is no good name.",
            "Use up to 64 letters, digits, '.', '-' and '_'.");
    }

    private static void CheckRelays(string setting, OriginOptions origin, List<OriginOptions> all, Checks checks)
    {
        checks.AnyValue(setting);
        foreach (var source in origin.RelaysFrom)
        {
            checks.Require(setting, source != origin.Name, "names the server itself.",
                "Name the servers that copy their streams to this one.");
            checks.Require(setting, all.Exists(other => other.Name == source), $"names '{source}', which is no configured server.",
                $"There are {string.Join(", ", all.Select(other => other.Name))}.");
        }
    }

    private static void CheckApi(string setting, string api, Checks checks)
    {
        const string fix = "Write its http_api listen address, such as \"http://10.0.0.5:1985\".";
        if (!checks.Require(setting, api.Length > 0, "is missing.", fix))
        {
            return;
        }

        if (!checks.Require(setting, Uri.TryCreate(api, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri.Host.Length > 0,
            "is no http or https address.", fix))
        {
            return;
        }

        // The value is not quoted where it may hold a password.
        checks.Require(setting, uri!.UserInfo.Length == 0, "holds a login.", "Write it as username and password beside api.");
        checks.Require(setting, uri.PathAndQuery == "/" && uri.Fragment.Length == 0, "holds more than an address and a port.",
            $"Write {uri.GetLeftPart(UriPartial.Authority)}; /api/v1 is added by itself.");
    }

    private static void CheckToken(string setting, string token, Checks checks)
    {
        const string fix = "Write 16 or more random letters and digits (openssl rand -hex 16), the same as in the hook address in "
            + "srs.conf.";
        if (!checks.Require(setting, token.Length > 0,
            "is missing: it is all that tells a hook of this server from anybody's request.", fix)
            || !checks.Require(setting, Token().IsMatch(token), "does not fit into a web address.", fix))
        {
            return;
        }

        checks.Advise(setting, token.Length >= ShortToken, $"is shorter than {ShortToken} characters and may be guessed.", fix);
    }

    private static void CheckCoworkers(string at, OriginOptions origin, List<OriginOptions> all, Checks checks)
    {
        var setting = $"{at}.coworkers-token";
        const string fix = "Write 16 or more random letters and digits (openssl rand -hex 16), the same as in coworkers in srs.conf.";
        checks.Require(setting, origin.CoworkersToken.Length == 0 || Token().IsMatch(origin.CoworkersToken),
            "does not fit into a web address.", fix);
        checks.Advise(setting, origin.CoworkersToken.Length is 0 or >= ShortToken,
            $"is shorter than {ShortToken} characters and may be guessed.", fix);
        checks.Require(setting, origin.CoworkersToken.Length == 0 || !all.Exists(other => other.HookToken == origin.CoworkersToken),
            "is the hook-token of a server.", "Choose another: a hook-token also lets its bearer take streams off the air.");
        checks.Require($"{at}.play-address", origin.PlayAddress is null || PlayAddress.TryParse(origin.PlayAddress, out _),
            "is no host and no host:port.", "Write it as the other servers reach its RTMP, such as \"10.0.0.5:1935\".");

        // A server that is sent to another is sent to itself, and asks again, and so on without a pause.
        var place = PlayAddress.Of(origin);
        checks.Require($"{at}.play-address", !all.Exists(other => other.CoworkersToken.Length > 0)
            || !all.TakeWhile(other => other != origin).Any(other => PlayAddress.Of(other) == place),
            $"leads to {place}, as that of a server before it: players would be sent in a circle.",
            "Write where each server's own RTMP is reached.");
    }

    private static void CheckLogin(string at, OriginOptions origin, Checks checks)
    {
        checks.Require($"{at}.username", string.IsNullOrEmpty(origin.Password) || !string.IsNullOrEmpty(origin.Username),
            "is missing, but there is a password.", "Write both, as in the auth block of http_api, or none.");
        checks.Require($"{at}.username", origin.Username?.Contains(':', StringComparison.Ordinal) != true,
            "holds a ':', which HTTP Basic authentication cannot carry.", "Choose another name in srs.conf.");
        checks.Require($"{at}.password", string.IsNullOrEmpty(origin.Username) || !string.IsNullOrEmpty(origin.Password),
            "is missing, but there is a username.", "Write both, as in the auth block of http_api, or none.");
    }

    private static void CheckUnique(string setting, string value, int index, Dictionary<string, int> seen, Checks checks, string why)
    {
        if (value.Length > 0 && !seen.TryAdd(value, index))
        {
            checks.Require(setting, good: false, $"is the same as that of origins[{seen[value]}].", why);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9._~-]{1,256}\z")]
    private static partial Regex Token();
}
