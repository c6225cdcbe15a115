using System.Net;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>webhooks</c>: who is told what happens.</summary>
internal static class WebhooksValidator
{
    /// <summary>Each reads the journal for itself and has its own connections.</summary>
    private const int Most = 20;
    private const string NewSecret = "Write whsec_ and 32 random bytes in base64: echo \"whsec_$(openssl rand -base64 32)\"";

    public static void Check(IReadOnlyList<WebhookOptions> webhooks, Checks checks)
    {
        checks.Require("webhooks", webhooks.Count <= Most, $"has {webhooks.Count} receivers; there may be {Most}.",
            "Let one receiver pass on to the others.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var urls = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < webhooks.Count; i++)
        {
            var (at, webhook) = ($"webhooks[{i}]", webhooks[i]);
            checks.Require($"{at}.name", webhook.Name.Length == 0 || IsName(webhook.Name), "is no good name.",
                "Use up to 64 letters, digits, '.', '-' and '_', not digits alone.");
            checks.Require($"{at}.name", webhook.Name.Length == 0 || names.Add(webhook.Name), "is used twice.",
                "What was delivered is kept by it: give each receiver a name of its own.");
            CheckUrl($"{at}.url", webhook.Url, checks);
            checks.Require($"{at}.url", webhook.Url.Length == 0 || urls.Add(webhook.Url), "is the same as that of another receiver.",
                "Name it once, with the events of both.");
            CheckSecret($"{at}.secret", webhook.Secret, isNeeded: true, checks);
            CheckSecret($"{at}.second-secret", webhook.SecondSecret, isNeeded: false, checks);
            CheckEvents($"{at}.events", webhook.Events, checks);
            CheckMatch($"{at}.match", webhook.Match, checks);
        }
    }

    /// <summary>Digits alone would read as the number of another receiver.</summary>
    private static bool IsName(string name) => name.Length <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && !name.All(char.IsAsciiDigit);

    private static void CheckUrl(string setting, string url, Checks checks)
    {
        const string fix = "Write https://HOST/PATH; http:// only to this machine.";
        if (!checks.Require(setting, url.Length > 0, "is missing.", fix)
            || !checks.Require(setting, Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                && uri.Host.Length > 0, "is no https address.", fix))
        {
            return;
        }

        // The value is not quoted where it may hold a password.
        checks.Require(setting, uri!.UserInfo.Length == 0, "holds a login.",
            "Take it out: messages are signed, and that is how the receiver knows them.");
        checks.Require(setting, uri.Scheme == "https" || IsLoopback(uri), "is http, which everybody on the way can read.", fix);
        checks.Require(setting, uri.Fragment.Length == 0, "holds a '#', which is never sent.", "Take it out, or write %23.");
    }

    private static bool IsLoopback(Uri uri) =>
        uri.IsLoopback || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static void CheckSecret(string setting, string secret, bool isNeeded, Checks checks)
    {
        if (!checks.Require(setting, !isNeeded || secret.Length > 0, "is missing: it is how the receiver knows that a message is ours.",
            $"{NewSecret}; or name a file in secret-file."))
        {
            return;
        }

        checks.Require(setting, secret.Length == 0 || WebhookSecret.Parse(secret) is not null, "is no secret of Standard Webhooks.",
            NewSecret);
        checks.Require(setting, !PublishedSecrets.IsKnown(secret), "is published where everybody can read it.", NewSecret);
    }

    private static void CheckEvents(string setting, List<string> events, Checks checks)
    {
        checks.AnyValue(setting);
        foreach (var name in events.Where(name => NoticeKinds.Of(name) == NoticeKind.None))
        {
            checks.Require(setting, good: false, $"'{name}' is no event.", NearestName.Of(name, NoticeKinds.Names) is { } near
                ? $"Did you mean {near}?"
                : $"There are {string.Join(", ", NoticeKinds.Names)}.");
        }
    }

    private static void CheckMatch(string setting, List<string> match, Checks checks)
    {
        checks.AnyValue(setting);
        foreach (var text in match)
        {
            if (!StreamPattern.TryParse(text, out _, out var problem))
            {
                checks.Require(setting, good: false, problem, "");
            }
        }
    }
}
