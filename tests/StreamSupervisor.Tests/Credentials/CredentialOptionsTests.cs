using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Tests.Credentials;

public sealed class CredentialOptionsTests
{
    [Fact]
    public void The_validator_names_every_mistake_at_once()
    {
        var options = new CredentialOptions
        {
            ClockSkew = TimeSpan.FromHours(2),
            WrongDelay = TimeSpan.FromMinutes(1),
            Rules =
            [
                new CredentialRuleOptions { Match = "live", Scheme = CredentialScheme.Secret },
                new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Jwt, Primary = "short" },
                new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Jwt, JwksFile = "/nowhere.json", Secondary = "x" },
            ],
        };
        CredentialOptionsValidator.Validate(options).Select(p => p.Path).ShouldBe(
            ["clock-skew", "wrong-delay", "rules[0].match", "rules[0].primary", "rules[1].primary", "rules[2].jwks-file", "rules[2].jwks-file"]);
        CredentialOptionsValidator.Validate(new CredentialOptions()).ShouldBeEmpty();
    }
}
