using System.Text;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Server.Credentials;

/// <summary>Says what is wrong with <c>credentials</c>, everything at once.</summary>
public static class CredentialOptionsValidator
{
    /// <returns>Pairs of the setting's path below <c>credentials</c> and what is wrong with it; empty when all is well.</returns>
    public static IEnumerable<(string Path, string Problem)> Validate(CredentialOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > TimeSpan.FromHours(1))
        {
            yield return ("clock-skew", "must be between 0 and 1 hour");
        }

        if (options.WrongLimit < 1)
        {
            yield return ("wrong-limit", "must be at least 1");
        }

        if (options.WrongDelay < TimeSpan.Zero || options.WrongDelay > TimeSpan.FromSeconds(20))
        {
            yield return ("wrong-delay", "must be between 0 and 20 s: SRS drops a client whose hook is not answered within 30 s");
        }

        if (options.WrongWindow <= TimeSpan.Zero)
        {
            yield return ("wrong-window", "must be longer than 0");
        }

        if (options.WrongTracked < 1)
        {
            yield return ("wrong-tracked", "must be at least 1");
        }

        if (options.Registration.Validity < TimeSpan.FromSeconds(5))
        {
            yield return ("registration.validity", "must be at least 5 s: the encoder has to start within it");
        }

        for (var i = 0; i < options.Rules.Count; i++)
        {
            foreach (var (path, problem) in Validate(options.Rules[i]))
            {
                yield return ($"rules[{i}].{path}", problem);
            }
        }
    }

    private static IEnumerable<(string Path, string Problem)> Validate(CredentialRuleOptions rule)
    {
        if (!StreamPattern.TryParse(rule.Match, out _, out var wrong))
        {
            yield return ("match", wrong);
        }

        if (rule.Scheme == CredentialScheme.None)
        {
            yield break;
        }

        var byFile = rule.Scheme == CredentialScheme.Jwt && rule.JwksFile is not null;
        if (!byFile && string.IsNullOrEmpty(rule.Primary))
        {
            yield return ("primary", "is missing: this scheme needs a secret");
        }

        if (byFile && (rule.Primary is not null || rule.Secondary is not null))
        {
            // Not both: who can read the public keys could sign HS256 tokens with them if one key set served both algorithms.
            yield return ("jwks-file", "cannot be used together with primary or secondary: RS256 by the file, or HS256 by the secrets");
        }

        if (byFile && !File.Exists(rule.JwksFile))
        {
            yield return ("jwks-file", $"there is no file '{rule.JwksFile}'");
        }

        if (rule.Scheme == CredentialScheme.Jwt && !byFile)
        {
            foreach (var (name, secret) in new[] { ("primary", rule.Primary), ("secondary", rule.Secondary) })
            {
                if (!string.IsNullOrEmpty(secret) && Encoding.UTF8.GetByteCount(secret) < 32)
                {
                    yield return (name, "is too short: HS256 needs at least 32 bytes");
                }
            }
        }

        if (rule.Scheme == CredentialScheme.StreamName
            && (rule.Separator.Length == 0 || rule.Separator.Contains('/', StringComparison.Ordinal)))
        {
            yield return ("separator", "must be at least one character and no slash");
        }
    }
}
