using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Tests.Credentials;

public sealed class JwksFileTests : IDisposable
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"jwks-{Path.GetRandomFileName()}.json");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Keys_come_from_the_file_and_follow_it_and_an_unreadable_file_changes_nothing()
    {
        using var old = RSA.Create(2048);
        using var rotated = RSA.Create(2048);
        Write(old);
        var gate = CredentialGateTests.Gate(new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Jwt, JwksFile = _path });
        Verdict(gate, old, 0).ShouldBe(CredentialVerdict.Valid);
        Verdict(gate, rotated, 1).ShouldBe(CredentialVerdict.Wrong);

        Write(rotated, minutesLater: 1);
        Verdict(gate, rotated, 11).ShouldBe(CredentialVerdict.Valid);
        Verdict(gate, old, 12).ShouldBe(CredentialVerdict.Wrong);

        File.WriteAllText(_path, "{ not json");
        File.SetLastWriteTimeUtc(_path, File.GetLastWriteTimeUtc(_path).AddMinutes(2));
        Verdict(gate, rotated, 30).ShouldBe(CredentialVerdict.Valid);
        File.Delete(_path);
        Verdict(gate, rotated, 50).ShouldBe(CredentialVerdict.Valid);
    }

    [Fact]
    public void A_token_signed_with_the_public_key_as_a_shared_secret_is_wrong()
    {
        using var rsa = RSA.Create(2048);
        Write(rsa);
        var gate = CredentialGateTests.Gate(new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Jwt, JwksFile = _path });
        foreach (var guess in new[] { Encoding.UTF8.GetBytes(File.ReadAllText(_path)), rsa.ExportSubjectPublicKeyInfo(), rsa.ExportParameters(false).Modulus! })
        {
            var token = new JsonWebTokenHandler().CreateToken(Claims, new SigningCredentials(new SymmetricSecurityKey(guess), SecurityAlgorithms.HmacSha256));
            gate.Check(StreamKey.Parse("live/cam1"), "?jwt=" + token, "", s_now).Verdict.ShouldBe(CredentialVerdict.Wrong);
        }
    }

    private const string Claims = "{\"sub\":\"alice\",\"key\":\"live/*\",\"exp\":1800000600}";

    private static CredentialVerdict Verdict(CredentialGate gate, RSA rsa, int second)
    {
        var token = new JsonWebTokenHandler().CreateToken(Claims, new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256)
        {
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        });
        return gate.Check(StreamKey.Parse("live/cam1"), "?jwt=" + token, "", s_now.AddSeconds(second)).Verdict;
    }

    private void Write(RSA rsa, int minutesLater = 0)
    {
        var p = rsa.ExportParameters(false);
        File.WriteAllText(_path, $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"k{{minutesLater}}","n":"{{Base64UrlEncoder.Encode(p.Modulus)}}","e":"{{Base64UrlEncoder.Encode(p.Exponent)}}"}]}""");
        File.SetLastWriteTimeUtc(_path, new DateTime(2026, 1, 1, 0, minutesLater, 0, DateTimeKind.Utc));
    }
}
