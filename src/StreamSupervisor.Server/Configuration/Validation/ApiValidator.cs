using System.IO.Enumeration;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>api</c>: who may call, and what.</summary>
internal static class ApiValidator
{
    private const int ShortKey = 16;
    private const string NewKey = "'streamsupervisor tokens key' makes one.";

    /// <summary>So long before its end a key is warned of.</summary>
    public static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    public static void Check(SupervisorOptions options, Checks checks, DateTimeOffset now)
    {
        var api = options.Api;
        checks.Within("api.max-page", api.MaxPage, 1, 10_000);
        checks.Within("api.max-feeds", api.MaxFeeds, 1, 10_000);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < api.Keys.Count; i++)
        {
            var key = api.Keys[i];
            var at = $"api.keys[{i}]";
            checks.Require($"{at}.name", !string.IsNullOrWhiteSpace(key.Name), "is missing.",
                "Name who uses the key; the name stands in the timeline.");
            checks.Require($"{at}.name", key.Name.Length == 0 || names.Add(key.Name), "is used twice.", "Give each key a name of its own.");
            CheckKey(at, key, keys, checks);
            checks.OneOf($"{at}.role", key.Role, "viewer", "operator", "admin", "read", "operate");
            CheckScope(at, key, options.Origins, checks);
            CheckEnd($"{at}.expires", key, checks, now);
        }
    }

    private static void CheckKey(string at, ApiKeyOptions key, HashSet<string> keys, Checks checks)
    {
        checks.Require($"{at}.key", key.Key.Length > 0 || key.KeyHash.Length > 0, "is missing.",
            $"Write 16 or more random letters and digits, or their hash as key-hash; {NewKey}");
        checks.Require($"{at}.key-hash", key.Key.Length == 0 || key.KeyHash.Length == 0, "stands beside key.",
            "Take key out: with the hash the program knows it.");
        checks.Require($"{at}.key", key.Key.All(c => c is > ' ' and < '\x7f'),
            "holds blanks or characters that an HTTP header cannot carry.", $"Write letters and digits; {NewKey}");
        checks.Advise($"{at}.key", key.Key.Length is 0 or >= ShortKey, $"is shorter than {ShortKey} characters and may be guessed.",
            NewKey);
        checks.Require($"{at}.key-hash", key.KeyHash.Length == 0 || ApiKeyHash.Parse(key.KeyHash) is not null,
            "is no hash of a key.", $"Write sha256: and 64 hexadecimal digits; {NewKey}");
        var (setting, hash) = key.KeyHash.Length > 0 ? ($"{at}.key-hash", key.KeyHash.ToLowerInvariant())
            : ($"{at}.key", key.Key.Length > 0 ? ApiKeyHash.TextOf(key.Key) : "");
        checks.Require(setting, hash.Length == 0 || keys.Add(hash), "is used twice.", "Two names with one key cannot be told apart.");
    }

    private static void CheckScope(string at, ApiKeyOptions key, List<OriginOptions> origins, Checks checks)
    {
        checks.AnyValue($"{at}.streams");
        for (var i = 0; i < key.Streams.Count; i++)
        {
            var good = StreamPattern.TryParse(key.Streams[i], out _, out var problem);
            checks.Require($"{at}.streams[{i}]", good, problem ?? "", "");
        }

        checks.AnyValue($"{at}.origins");
        for (var i = 0; i < key.Origins.Count; i++)
        {
            var wanted = key.Origins[i];
            if (checks.Require($"{at}.origins[{i}]", wanted.Length > 0, "is empty.", "Write the name of a server, or *."))
            {
                checks.Advise($"{at}.origins[{i}]", origins.Exists(origin => FileSystemName.MatchesSimpleExpression(wanted, origin.Name,
                    ignoreCase: false)), $"'{wanted}' is the name of no configured server.",
                    $"There are {string.Join(", ", origins.Select(origin => origin.Name))}.");
            }
        }
    }

    private static void CheckEnd(string setting, ApiKeyOptions key, Checks checks, DateTimeOffset now)
    {
        if (!checks.Require(setting, key.Expires.Length == 0 || key.ExpiresAt is not null, $"'{key.Expires}' is no day and no time.",
                "Write its last day, \"2026-12-31\", or a time, \"2026-12-31T18:00:00Z\".")
            || key.ExpiresAt is not { } end)
        {
            return;
        }

        checks.Advise(setting, end > now, $"is over: the key '{key.Name}' is refused.",
            "Give whoever uses it another one, or take it out.");
        checks.Advise(setting, end <= now || end > now + EndsSoon, $"is near: the key '{key.Name}' ends at {end.UtcDateTime:u}.",
            "Give whoever uses it another one before.");
    }
}
