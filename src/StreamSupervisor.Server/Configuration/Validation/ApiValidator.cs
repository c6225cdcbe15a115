namespace StreamSupervisor.Server.Configuration.Validation;

internal static class ApiValidator
{
    private const int ShortKey = 16;

    public static void Check(ApiOptions api, Checks checks)
    {
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
            checks.Require($"{at}.key", !string.IsNullOrWhiteSpace(key.Key), "is missing.",
                "Write 16 or more random letters and digits (openssl rand -hex 16).");
            checks.Require($"{at}.key", key.Key.All(c => c is > ' ' and < '\x7f'),
                "holds blanks or characters that an HTTP header cannot carry.",
                "Write letters and digits (openssl rand -hex 16).");
            checks.Require($"{at}.key", key.Key.Length == 0
                || keys.Add(key.Key), "is used twice.", "Two names with one key cannot be told apart.");
            checks.Advise($"{at}.key", key.Key.Length >= ShortKey, $"is shorter than {ShortKey} characters and may be guessed.",
                "openssl rand -hex 16 makes a good one.");
            checks.OneOf($"{at}.role", key.Role, "read", "operate");
        }
    }
}
