using System.Net;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Tests.Credentials;

/// <summary>Values at the edge of what a rule allows.</summary>
public sealed class CredentialEdgeTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly StreamKey s_key = StreamKey.Parse("live/cam1");

    [Fact]
    public void One_secret_in_both_places_is_right_and_so_is_what_it_signs()
    {
        Verdict(Rule(CredentialScheme.Secret, secondary: Secret), $"?secret={Secret}").ShouldBe(CredentialVerdict.Valid);
        Verdict(Rule(CredentialScheme.Token, secondary: Secret), $"?token={Token()}").ShouldBe(CredentialVerdict.Valid);
    }

    [Fact]
    public void Without_a_secret_nothing_is_made() =>
        Should.Throw<ArgumentException>(() => CredentialGateTests.Gate(Rule(CredentialScheme.Secret, primary: "")));

    [Theory]
    [InlineData(CredentialScheme.Secret, "secret")]
    [InlineData(CredentialScheme.Token, "token")]
    public void A_rule_may_name_its_parameter(CredentialScheme scheme, string usual)
    {
        var rule = Rule(scheme, parameter: "pass");
        var right = scheme == CredentialScheme.Token ? Token() : Secret;
        Verdict(rule, $"?pass={right}").ShouldBe(CredentialVerdict.Valid);
        Verdict(rule, $"?{usual}={right}").ShouldBe(CredentialVerdict.Missing);
    }

    [Theory]
    [InlineData(CredentialScheme.Tencent)]
    [InlineData(CredentialScheme.Aliyun)]
    public void The_consoles_validity_counts_from_the_time_in_the_address(CredentialScheme scheme)
    {
        var signed = s_now - TimeSpan.FromMinutes(45);
        var query = scheme == CredentialScheme.Tencent
            ? TencentSignature.Sign("cam1", signed, Secret)
            : AliyunSignature.Sign("live", "cam1", signed, Secret);
        Verdict(Rule(scheme, validity: TimeSpan.FromHours(1)), "?" + query).ShouldBe(CredentialVerdict.Valid);
        Verdict(Rule(scheme), "?" + query).ShouldBe(CredentialVerdict.Expired);
    }

    [Fact]
    public void An_auth_key_that_is_longer_than_any_is_not_looked_at()
    {
        var query = AliyunSignature.Sign("live", "cam1", s_now, Secret, rand: new string('r', 256));
        Verdict(Rule(CredentialScheme.Aliyun), "?" + query).ShouldBe(CredentialVerdict.Wrong);
    }

    [Theory]
    [InlineData("?&&a=b&secret=" + Secret)]
    [InlineData("?secret&a=b&secret=" + Secret, CredentialVerdict.Missing)]
    [InlineData("?=x&secret=" + Secret)]
    [InlineData("?secret=" + Secret + "&")]
    public void Parts_of_a_query_that_say_nothing_are_passed_over(string query, CredentialVerdict expected = CredentialVerdict.Valid) =>
        Verdict(Rule(CredentialScheme.Secret), query).ShouldBe(expected);

    [Fact]
    public void A_query_is_read_as_far_as_its_bound_and_no_further()
    {
        var many = string.Join('&', Enumerable.Range(0, CredentialParameters.MaxCount - 1).Select(i => $"p{i}=x"));
        Verdict(Rule(CredentialScheme.Secret), $"?{many}&secret={Secret}").ShouldBe(CredentialVerdict.Valid);
        Verdict(Rule(CredentialScheme.Secret), $"?one=x&{many}&secret={Secret}").ShouldBe(CredentialVerdict.Missing);

        var exact = $"secret={Secret}&x=".PadRight(CredentialParameters.MaxLength, 'x');
        CredentialParameters.Parse(exact).Cut.ShouldBeFalse();
        CredentialParameters.Parse(exact + "x").Cut.ShouldBeTrue();
    }

    [Fact]
    public void The_key_of_the_settings_stays_and_that_of_the_store_is_taken_once()
    {
        var byStore = new RegistrationCredential(new());
        byStore.IsReady.ShouldBeFalse();
        byStore.Use(new byte[32]);
        byStore.IsReady.ShouldBeTrue();
        var before = byStore.QueryFor(s_key, "encoder-1", "registration-1", s_now);
        byStore.Use([.. Enumerable.Repeat((byte)7, 32)]);
        byStore.QueryFor(s_key, "encoder-1", "registration-1", s_now).ShouldBe(before);

        var bySettings = new RegistrationCredential(new() { Primary = Secret });
        bySettings.IsReady.ShouldBeTrue();
        bySettings.Use(new byte[32]);
        bySettings.QueryFor(s_key, "encoder-1", "registration-1", s_now).ShouldNotBe(before);
    }

    [Fact]
    public void A_guess_is_remembered_for_the_window_and_not_a_moment_longer()
    {
        var window = TimeSpan.FromMinutes(1);
        var guesses = new GuessBuckets<string>(2, window, tracked: 4);
        guesses.Count("a", s_now);
        guesses.FullAgainIn("a", s_now).ShouldBeNull();
        guesses.Count("a", s_now);
        guesses.FullAgainIn("a", s_now).ShouldBe(window);
        guesses.FullAgainIn("a", s_now + window).ShouldBeNull();
        guesses.FullAgainIn("a", s_now - TimeSpan.FromHours(1)).ShouldBeNull(); // the clock was set back
        guesses.FullAgainIn("b", s_now).ShouldBeNull();

        // Two generations of two: a third caller makes the first two old, a fifth forgets them.
        foreach (var caller in (string[])["b", "c", "d"])
        {
            guesses.Count(caller, s_now);
        }

        guesses.Tracked.ShouldBe(4);
        guesses.Count("e", s_now);
        guesses.Tracked.ShouldBe(3);
        guesses.FullAgainIn("a", s_now).ShouldBeNull();
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "20010db800010002")]
    [InlineData("::1", "::1")]
    [InlineData("camera-1", "camera-1")]
    public void A_caller_is_a_network(string address, string network) => GuessBuckets.NetworkOf(address).ShouldBe(network);

    [Fact]
    public void An_address_that_is_not_known_is_nobodys() => GuessBuckets.NetworkOf((IPAddress?)null).ShouldBe("");

    private static CredentialRuleOptions Rule(
        CredentialScheme scheme, string primary = Secret, string? secondary = null, string? parameter = null, TimeSpan? validity = null) => new()
        {
            Match = "live/*",
            Scheme = scheme,
            Primary = primary,
            Secondary = secondary,
            Parameter = parameter,
            Validity = validity,
        };

    private static string Token() =>
        SignedToken.Sign(new TokenClaims("encoder-1", "live/*", s_now.AddMinutes(1).ToUnixTimeSeconds(), null), System.Text.Encoding.UTF8.GetBytes(Secret));

    private static CredentialVerdict Verdict(CredentialRuleOptions rule, string query) =>
        CredentialGateTests.Gate(rule).Check(s_key, query, "192.0.2.7", s_now).Verdict;
}
