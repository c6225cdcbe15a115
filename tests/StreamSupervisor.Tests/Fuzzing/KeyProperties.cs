using FsCheck.Xunit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Fuzzing;

/// <summary>What holds for any two stream keys.</summary>
[Properties(Arbitrary = [typeof(Names)], MaxTest = 500)]
public sealed class KeyProperties
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private const string Address = "192.0.2.1";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly DateTimeOffset Later = Now.AddMinutes(5);

    private static readonly RegistrationCredential Registrations = new(new RegistrationCredentialOptions { Primary = "fedcba9876543210fedcba9876543210" });

    [Property]
    public bool A_key_is_read_as_it_is_written(StreamKey key) => StreamKey.Parse(key.ToString()) == key;

    [Property]
    public bool A_place_in_a_list_is_read_as_it_was_handed_out(StreamKey key) =>
        new QueryCollection(new Dictionary<string, StringValues> { ["cursor"] = ApiQuery.ToCursor(key.ToString()) }).Cursor() == key.ToString();

    [Property]
    public bool A_hook_names_the_key_that_the_encoder_named(StreamKey key) => SrsHookKey.Of(key.Vhost, key.App, key.Stream) is SrsHookKey.Named named && named.Key == key;

    /// <summary>A signed address opens the stream that it was signed for and no other: under a rule for all keys, with one secret.</summary>
    [Property]
    public void A_credential_for_one_key_opens_no_other(StreamKey one, StreamKey other)
    {
        foreach (var (scheme, query, sameFor) in Signed(one))
        {
            var gate = new CredentialGate(new CredentialOptions { Rules = [new CredentialRuleOptions { Match = "*", Scheme = scheme, Primary = Secret }] }, Registrations);
            gate.Check(one, query, Address, Now).Verdict.ShouldBe(CredentialVerdict.Valid, $"{scheme} of {one}");
            if (!sameFor(other))
            {
                gate.Check(other, query, Address, Now).Verdict.ShouldNotBe(CredentialVerdict.Valid, $"{scheme} of {one} at {other}");
            }
        }
    }

    /// <summary>What a vendor's signature does not name it cannot tell apart: Tencent's the app, Alibaba's the vhost.</summary>
    private static IEnumerable<(CredentialScheme Scheme, string Query, Func<StreamKey, bool> SameFor)> Signed(StreamKey key)
    {
        var registered = Registrations.QueryFor(key, "encoder-7", "registration-9", Now);
        yield return (CredentialScheme.Token, registered, other => other == key);
        yield return (CredentialScheme.Tencent, TencentSignature.Sign(key.Stream, Later, Secret), other => other.Stream == key.Stream);
        yield return (CredentialScheme.Aliyun, AliyunSignature.Sign(key.App, key.Stream, Later, Secret), other => (other.App, other.Stream) == (key.App, key.Stream));

        // A token names a pattern: one with a star is for more than one key, and some keys cannot be written as one.
        if (!key.ToString().Contains('*', StringComparison.Ordinal) && StreamPattern.TryParse(key.ToString(), out _, out _))
        {
            var claims = new TokenClaims("encoder-7", key.ToString(), Later.ToUnixTimeSeconds(), Address: null);
            yield return (CredentialScheme.Token, $"token={SignedToken.Sign(claims, System.Text.Encoding.UTF8.GetBytes(Secret))}", other => other == key);
        }
    }
}
