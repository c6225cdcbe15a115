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

    [Fact]
    public void Values_at_the_bounds_are_allowed_and_those_beyond_are_not()
    {
        CredentialOptionsValidator.Validate(new CredentialOptions
        {
            ClockSkew = TimeSpan.Zero,
            WrongLimit = 1,
            WrongDelay = TimeSpan.Zero,
            WrongTracked = 1,
            Registration = new() { Validity = TimeSpan.FromSeconds(5) },
            Rules = [new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Jwt, Primary = new string('k', 32) }],
        }).ShouldBeEmpty();
        CredentialOptionsValidator.Validate(new CredentialOptions
        {
            ClockSkew = TimeSpan.FromHours(1),
            WrongDelay = TimeSpan.FromSeconds(20),
        }).ShouldBeEmpty();
        CredentialOptionsValidator.Validate(new CredentialOptions
        {
            ClockSkew = TimeSpan.FromTicks(-1),
            WrongLimit = 0,
            WrongDelay = TimeSpan.FromTicks(-1),
            WrongWindow = TimeSpan.Zero,
            WrongTracked = 0,
            Registration = new() { Validity = TimeSpan.FromSeconds(4) },
        }).Select(problem => problem.Path).ShouldBe(
            ["clock-skew", "wrong-limit", "wrong-delay", "wrong-window", "wrong-tracked", "registration.validity"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_separator_is_part_of_a_stream_name(string separator)
    {
        Problems(CredentialScheme.StreamName).Single().Path.ShouldBe("rules[0].separator");
        Problems(CredentialScheme.Secret).ShouldBeEmpty(); // where nothing is split it does not matter

        IEnumerable<(string Path, string Problem)> Problems(CredentialScheme scheme) => CredentialOptionsValidator.Validate(new CredentialOptions
        {
            Rules = [new CredentialRuleOptions { Match = "live/*", Scheme = scheme, Primary = "x", Separator = separator }],
        });
    }
}
