using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>credentials</c>: what is wrong with a rule is known beside the rules (<see cref="CredentialOptionsValidator"/>).</summary>
internal static class CredentialsValidator
{
    private static readonly string[] s_settings =
        ["clock-skew", "wrong-limit", "wrong-window", "wrong-delay", "wrong-tracked", "registration.primary", "registration.secondary",
            "registration.validity"];

    private static readonly string[] s_ruleSettings =
        ["match", "scheme", "primary", "secondary", "parameter", "separator", "validity", "jwks-file", "issuer", "audience",
            "subject-claim", "key-claim"];

    public static void Check(CredentialOptions credentials, Checks checks)
    {
        foreach (var setting in s_settings)
        {
            checks.AnyValue($"credentials.{setting}");
        }

        for (var i = 0; i < credentials.Rules.Count; i++)
        {
            foreach (var setting in s_ruleSettings)
            {
                checks.AnyValue($"credentials.rules[{i}].{setting}");
            }
        }

        foreach (var (path, problem) in CredentialOptionsValidator.Validate(credentials))
        {
            checks.Require($"credentials.{path}", good: false, $"{problem.TrimEnd('.')}.", "");
        }
    }
}
