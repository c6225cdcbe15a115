using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Tests.Credentials;

public sealed class SignedTokenTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly StreamKey s_key = StreamKey.Parse("live/cam1");
    private static readonly byte[] s_secret = "0123456789abcdef0123456789abcdef"u8.ToArray();

    private static CredentialGate Gate(CredentialScheme scheme = CredentialScheme.Token, string? secondary = null) => CredentialGateTests.Gate(
        new CredentialRuleOptions { Match = "live/*", Scheme = scheme, Primary = Encoding.UTF8.GetString(s_secret), Secondary = secondary });

    private static string Token(string key = "live/cam1", int seconds = 60, string? address = null, byte[]? secret = null) =>
        SignedToken.Sign(new TokenClaims("alice", key, s_now.AddSeconds(seconds).ToUnixTimeSeconds(), address), secret ?? s_secret);

    private static CredentialResult Check(string token, string address = "192.0.2.7", CredentialGate? gate = null) =>
        (gate ?? Gate()).Check(s_key, "?token=" + token, address, s_now);

    [Fact]
    public void A_token_says_who_may_publish_what_until_when()
    {
        var result = Check(Token());
        (result.Verdict, result.Subject).ShouldBe((CredentialVerdict.Valid, "alice"));
        Check(Token("live/*")).Verdict.ShouldBe(CredentialVerdict.Valid);
        Check(Token("live/cam2")).Verdict.ShouldBe(CredentialVerdict.Wrong);
    }

    [Theory]
    [InlineData(0, CredentialVerdict.Valid)]
    [InlineData(-30, CredentialVerdict.Valid)]
    [InlineData(-31, CredentialVerdict.Expired)]
    public void Clocks_may_be_off_by_the_skew_and_an_expired_token_still_says_whose_it_was(int seconds, CredentialVerdict expected)
    {
        var result = Check(Token(seconds: seconds));
        (result.Verdict, result.Subject).ShouldBe((expected, "alice"));
    }

    [Theory]
    [InlineData("192.0.2.7", CredentialVerdict.Valid)]
    [InlineData("::ffff:192.0.2.7", CredentialVerdict.Valid)]
    [InlineData("192.0.2.8", CredentialVerdict.Wrong)]
    [InlineData("", CredentialVerdict.Wrong)]
    public void A_token_bound_to_an_address_is_good_from_there_only(string from, CredentialVerdict expected) =>
        Check(Token(address: "192.0.2.7"), from).Verdict.ShouldBe(expected);

    [Fact]
    public void The_secondary_secret_is_accepted_and_a_third_is_not()
    {
        var other = "another secret of thirty-two byte"u8.ToArray();
        Check(Token(secret: other)).Verdict.ShouldBe(CredentialVerdict.Wrong);
        Check(Token(secret: other), gate: Gate(secondary: Encoding.UTF8.GetString(other))).Verdict.ShouldBe(CredentialVerdict.Valid);
    }

    [Fact]
    public void Every_changed_character_makes_it_wrong()
    {
        var token = Token();
        for (var i = 0; i < token.Length; i++)
        {
            var tampered = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];

            // The last character of base64 carries spare bits: another letter there may be the same bytes, and the same bytes are the same token.
            if (i == token.Length - 1 && Check(tampered).Verdict == CredentialVerdict.Valid)
            {
                continue;
            }

            Check(tampered).Verdict.ShouldBe(CredentialVerdict.Wrong, $"character {i}");
        }
    }

    [Fact]
    public void Any_back_end_can_make_one()
    {
        var claims = Base64Url.EncodeToString("{\"s\":\"bob\",\"k\":\"live/*\",\"e\":1800000060}"u8);
        var mac = System.Security.Cryptography.HMACSHA256.HashData(s_secret, Encoding.UTF8.GetBytes("publish:v1." + claims));
        Check($"v1.{claims}.{Base64Url.EncodeToString(mac)}").Subject.ShouldBe("bob");
    }

    [Fact]
    public void A_json_web_token_must_be_for_the_key_and_expire()
    {
        string Make(string? key, int seconds, string algorithm = SecurityAlgorithms.HmacSha256, string? notBefore = null, bool critical = false)
        {
            var claims = new Dictionary<string, object> { ["sub"] = "alice" };
            if (key is not null)
            {
                claims["key"] = key;
            }

            if (seconds != 0)
            {
                claims["exp"] = s_now.AddSeconds(seconds).ToUnixTimeSeconds();
            }

            if (notBefore is not null)
            {
                claims["nbf"] = s_now.AddSeconds(int.Parse(notBefore)).ToUnixTimeSeconds();
            }

            return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
                JsonSerializer.Serialize(claims), new SigningCredentials(new SymmetricSecurityKey(s_secret), algorithm),
                critical ? new Dictionary<string, object> { ["crit"] = new[] { "b64" } } : []);
        }

        CredentialResult Jwt(string token) => Gate(CredentialScheme.Jwt).Check(s_key, "?jwt=" + token, "", s_now);

        var right = Jwt(Make("live/*", 60));
        (right.Verdict, right.Subject).ShouldBe((CredentialVerdict.Valid, "alice"));
        Jwt(Make("live/*", -31)).Verdict.ShouldBe(CredentialVerdict.Expired);
        Jwt(Make("live/*", -30)).Verdict.ShouldBe(CredentialVerdict.Valid);
        Jwt(Make("live/*", 0)).Verdict.ShouldBe(CredentialVerdict.Wrong, "no expiry");
        Jwt(Make("live/other", 60)).Verdict.ShouldBe(CredentialVerdict.Wrong);
        Jwt(Make(null, 60)).Verdict.ShouldBe(CredentialVerdict.Wrong, "no key");
        Jwt(Make("live/*", 60, notBefore: "31")).Verdict.ShouldBe(CredentialVerdict.Wrong);
        Jwt(Make("live/*", 60, notBefore: "30")).Verdict.ShouldBe(CredentialVerdict.Valid);
        Jwt(Make("live/*", 60)[..^4] + "AAAA").Verdict.ShouldBe(CredentialVerdict.Wrong);
        Jwt(Make("live/*", 60, critical: true)).Verdict.ShouldBe(CredentialVerdict.Wrong, "it asks for a reader that knows b64");
        Jwt(Unsigned()).Verdict.ShouldBe(CredentialVerdict.Wrong, "alg none");

        static string Unsigned() => Base64Url.EncodeToString("{\"alg\":\"none\"}"u8) + "."
            + Base64Url.EncodeToString("{\"sub\":\"alice\",\"key\":\"live/*\",\"exp\":1800000060}"u8) + ".";
    }

    [Fact]
    public void An_unreadable_expiry_is_no_expiry_and_never_an_error()
    {
        foreach (var e in new[] { "-1", "9223372036854775807", "1e400", "\"soon\"", "null" })
        {
            var claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"s\":\"bob\",\"k\":\"live/*\",\"e\":{e}}}"));
            var mac = System.Security.Cryptography.HMACSHA256.HashData(s_secret, Encoding.UTF8.GetBytes("publish:v1." + claims));
            Check($"v1.{claims}.{Base64Url.EncodeToString(mac)}").Verdict.ShouldNotBe(CredentialVerdict.Unknown);
        }
    }
}
