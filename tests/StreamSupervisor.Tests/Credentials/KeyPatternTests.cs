using StreamSupervisor.Credentials;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Credentials;

public sealed class KeyPatternTests
{
    [Theory]
    [InlineData("*", "v/a/b", true)]
    [InlineData("live/*", "v/live/cam1", true)]
    [InlineData("live/*", "live/cam1", true)]
    [InlineData("live/*", "live2/cam1", false)]
    [InlineData("live*", "live/x", false)]
    [InlineData("*/cam1", "live/cam1", true)]
    [InlineData("*/live/*", "v/live/cam1", true)]
    [InlineData("v/live/*", "w/live/cam1", false)]
    [InlineData("live/cam*x", "live/cam12x", true)]
    [InlineData("live/cam*x", "live/cam12y", false)]
    [InlineData("live/*", "v/live/sub/cam1", true)]
    [InlineData("v/*/cam1", "v/live/sub/cam1", false)]
    [InlineData("v/live/*/cam1", "v/live/sub/cam1", true)]
    [InlineData("v*/live/a*", "v1/live/abc", true)]
    [InlineData("live/", "live/a", false)]
    [InlineData("", "live/a", false)]
    public void A_star_matches_within_a_part_and_at_the_end_all_that_follows(string pattern, string key, bool expected) =>
        (KeyPattern.TryParse(pattern, out var parsed) && parsed.Matches(StreamKey.Parse(key))).ShouldBe(expected);

    [Fact]
    public void Many_stars_take_no_longer_than_few()
    {
        var pattern = KeyPattern.Parse("live/" + string.Concat(Enumerable.Repeat("*a", 200)) + "b*");
        pattern.Matches(StreamKey.Parse("live/" + new string('a', 400))).ShouldBeFalse();
    }

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
            ["clock-skew", "wrong-delay", "rules.0.match", "rules.0.primary", "rules.1.primary", "rules.2.jwks-file", "rules.2.jwks-file"]);
        CredentialOptionsValidator.Validate(new CredentialOptions()).ShouldBeEmpty();
    }
}
