using System.Text;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Tests.Credentials;

public sealed class CredentialGateTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly StreamKey s_key = StreamKey.Parse("live/cam1");
    private const string Address = "192.0.2.7";

    internal static RegistrationCredential Registrations { get; } = new(new() { Primary = "0123456789abcdef0123456789abcdef" });

    internal static CredentialGate Gate(params CredentialRuleOptions[] rules) => new(new CredentialOptions { Rules = [.. rules] }, Registrations);

    private static CredentialRuleOptions Rule(CredentialScheme scheme, string match = "live/*", string? secondary = null) =>
        new() { Match = match, Scheme = scheme, Primary = "open sesame", Secondary = secondary };

    private static CredentialVerdict Verdict(CredentialGate gate, string? param, StreamKey? key = null, DateTimeOffset? now = null) =>
        gate.Check(key ?? s_key, param, Address, now ?? s_now).Verdict;

    [Fact]
    public void Without_a_rule_no_credential_is_asked_for()
    {
        var result = Gate().Check(s_key, "?token=whatever", Address, s_now);
        result.Verdict.ShouldBe(CredentialVerdict.NotRequired);
        result.ProvesIntent.ShouldBeFalse();
        result.EffectiveKey.ShouldBe(s_key);
    }

    [Fact]
    public void The_first_rule_that_matches_speaks()
    {
        var gate = Gate(new CredentialRuleOptions { Match = "live/open*", Scheme = CredentialScheme.None }, Rule(CredentialScheme.Secret));
        Verdict(gate, "", StreamKey.Parse("live/open-stage")).ShouldBe(CredentialVerdict.NotRequired);
        Verdict(gate, "").ShouldBe(CredentialVerdict.Missing);
        Verdict(gate, "", StreamKey.Parse("other/cam1")).ShouldBe(CredentialVerdict.NotRequired);
    }

    [Theory]
    [InlineData("?secret=open%20sesame", CredentialVerdict.Valid)]
    [InlineData("secret=open%20sesame", CredentialVerdict.Valid)]
    [InlineData("?vhost=x&secret=open%20sesame&y", CredentialVerdict.Valid)]
    [InlineData("?secret=open sesame", CredentialVerdict.Valid)]
    [InlineData("?secret=open+sesame", CredentialVerdict.Wrong)]
    [InlineData("?secret=open", CredentialVerdict.Wrong)]
    [InlineData("?Secret=open%20sesame", CredentialVerdict.Missing)]
    [InlineData("?secret=", CredentialVerdict.Missing)]
    [InlineData("", CredentialVerdict.Missing)]
    [InlineData(null, CredentialVerdict.Missing)]
    public void A_static_secret_is_a_word_of_the_query(string? param, CredentialVerdict expected) =>
        Verdict(Gate(Rule(CredentialScheme.Secret)), param).ShouldBe(expected);

    [Fact]
    public void On_a_second_publish_over_one_connection_the_newer_query_stands_in_front_and_wins()
    {
        var gate = Gate(Rule(CredentialScheme.Secret));
        Verdict(gate, "?secret=open%20sesame?secret=old").ShouldBe(CredentialVerdict.Valid);
        Verdict(gate, "?secret=old?secret=open%20sesame").ShouldBe(CredentialVerdict.Wrong);
    }

    [Fact]
    public void While_secrets_are_rotated_both_are_right()
    {
        var gate = Gate(Rule(CredentialScheme.Secret, secondary: "new"));
        Verdict(gate, "?secret=new").ShouldBe(CredentialVerdict.Valid);
        Verdict(gate, "?secret=open%20sesame").ShouldBe(CredentialVerdict.Valid);
        Verdict(gate, "?secret=newer").ShouldBe(CredentialVerdict.Wrong);
    }

    [Theory]
    [InlineData("live/cam-1-open sesame", CredentialVerdict.Valid, "live/cam-1")]
    [InlineData("live/cam-1-open", CredentialVerdict.Wrong, "live/cam-1")]
    [InlineData("live/cam", CredentialVerdict.Missing, "live/cam")]
    [InlineData("live/-open sesame", CredentialVerdict.Missing, "live/-open sesame")]
    public void A_secret_in_the_stream_name_is_cut_off_the_key(string name, CredentialVerdict expected, string effective)
    {
        var gate = Gate(Rule(CredentialScheme.StreamName));
        var result = gate.Check(StreamKey.Parse(name), "", Address, s_now);
        result.Verdict.ShouldBe(expected);
        result.EffectiveKey.ShouldBe(StreamKey.Parse(effective));
        result.ToString().ShouldNotContain("-open sesame-");
        gate.EffectiveKeyOf(StreamKey.Parse(name)).ShouldBe(StreamKey.Parse(effective));
    }

    [Fact]
    public void A_rule_for_one_stream_finds_it_behind_the_secret_in_its_name() =>
        Verdict(Gate(Rule(CredentialScheme.StreamName, match: "live/cam1")), "", StreamKey.Parse("live/cam1-open sesame")).ShouldBe(CredentialVerdict.Valid);

    // The vendor's documents: key, stream and time of the push address example at www.tencentcloud.com/document/product/267/31560.
    [Theory]
    [InlineData("f85a2ab363fe4deaffef9754d79da6fe", 0, CredentialVerdict.Valid)]
    [InlineData("F85A2AB363FE4DEAFFEF9754D79DA6FE", 0, CredentialVerdict.Valid)]
    [InlineData("f85a2ab363fe4deaffef9754d79da6fe", 31, CredentialVerdict.Expired)]
    [InlineData("f85a2ab363fe4deaffef9754d79da6ff", 0, CredentialVerdict.Wrong)]
    [InlineData("f85a2ab363fe4deaffef9754d79da6f", 0, CredentialVerdict.Wrong)]
    [InlineData("", 0, CredentialVerdict.Missing)]
    public void Tencents_documented_example_is_right_until_its_time(string secret, int secondsLate, CredentialVerdict expected)
    {
        var gate = Gate(new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Tencent, Primary = "e12c46f2612d5106e2034781ab261ca3" });
        var late = DateTimeOffset.FromUnixTimeSeconds(0x5C271099 + secondsLate);
        Verdict(gate, $"?txSecret={secret}&txTime=5C271099", StreamKey.Parse("live/test"), late).ShouldBe(expected);
    }

    [Fact]
    public void Tencents_time_is_eight_hex_digits_and_its_hash_may_be_sha256()
    {
        const string key = "e12c46f2612d5106e2034781ab261ca3";
        var gate = Gate(new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Tencent, Primary = "x", Secondary = key });
        CredentialVerdict Of(string signed, string stream, string time, long now) => Verdict(gate,
            $"?txSecret={Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key + signed)))}&txTime={time}",
            StreamKey.Parse($"live/{stream}"), DateTimeOffset.FromUnixTimeSeconds(now));

        Of("test65027B21", "test", "65027B21", 0x65027B21).ShouldBe(CredentialVerdict.Valid);
        Of("test65027B21", "test", "65027B22", 0x65027B21).ShouldBe(CredentialVerdict.Wrong);

        // Tickets for camF and cam17 as they are signed, at cam.
        Of("camF65027B21", "cam", "F65027B21", 0x65027B21).ShouldBe(CredentialVerdict.Wrong);
        Of("cam1769123456", "cam", "1769123456", 1769123456).ShouldBe(CredentialVerdict.Wrong);
        Of("cam5027B21", "cam", "5027B21", 0x5027B21).ShouldBe(CredentialVerdict.Wrong);
    }

    // The vendor's documents: alibabacloud.com/help/doc-detail/85113.html, older and newer revision.
    [Theory]
    [InlineData("1K.html", "80cd3862d699b7118eed99103f2a3a4f", 0, CredentialVerdict.Valid)]
    [InlineData("test.mp4", "23bf85053008f5c0e791667a313e28ce", 0, CredentialVerdict.Valid)]
    [InlineData("test.mp4", "23bf85053008f5c0e791667a313e28ce", 1800, CredentialVerdict.Valid)]
    [InlineData("test.mp4", "23bf85053008f5c0e791667a313e28ce", 1831, CredentialVerdict.Expired)]
    [InlineData("1K.html", "23bf85053008f5c0e791667a313e28ce", 0, CredentialVerdict.Wrong)]
    public void Aliyuns_documented_examples_are_right_until_their_time(string stream, string hash, int secondsLate, CredentialVerdict expected)
    {
        var gate = Gate(new CredentialRuleOptions { Match = "video/*", Scheme = CredentialScheme.Aliyun, Primary = "aliyuncdnexp1234" });
        var key = new StreamKey(StreamKey.DefaultVhost, "video/standard", stream);
        var late = DateTimeOffset.FromUnixTimeSeconds(1444435200 + secondsLate);
        Verdict(gate, $"?vhost=v&auth_key=1444435200-0-0-{hash}", key, late).ShouldBe(expected);
    }

    [Theory]
    [InlineData("1444435200-0-0")]
    [InlineData("-0-0-80cd3862d699b7118eed99103f2a3a4f")]
    [InlineData("1444435200-0-0-80cd3862d699b7118eed99103f2a3a4g")]
    [InlineData("1444435200-0-0-0-80cd3862d699b7118eed99103f2a3a4f")]
    [InlineData("99999999999999999999-0-0-80cd3862d699b7118eed99103f2a3a4f")]
    public void A_malformed_auth_key_is_wrong(string value) =>
        Verdict(Gate(Rule(CredentialScheme.Aliyun)), $"?auth_key={value}").ShouldBe(CredentialVerdict.Wrong);

    [Fact]
    public void What_we_sign_for_the_vendors_we_accept()
    {
        var soon = s_now.AddMinutes(5);
        Verdict(Gate(Rule(CredentialScheme.Tencent)), "?" + TencentSignature.Sign("cam1", soon, "open sesame")).ShouldBe(CredentialVerdict.Valid);
        Verdict(Gate(Rule(CredentialScheme.Aliyun)), "?" + AliyunSignature.Sign("live", "cam1", soon, "open sesame")).ShouldBe(CredentialVerdict.Valid);
    }

    [Fact]
    public void A_registrations_credential_is_good_for_its_key_whatever_the_rule_asks()
    {
        var query = "?" + Registrations.QueryFor(s_key, "encoder-7", "r1", s_now);
        foreach (var gate in new[] { Gate(), Gate(Rule(CredentialScheme.Secret)), Gate(Rule(CredentialScheme.StreamName)) })
        {
            var result = gate.Check(s_key, query, Address, s_now.AddMinutes(2));
            result.Verdict.ShouldBe(CredentialVerdict.Valid);
            result.Subject.ShouldBe("encoder-7");
            result.Registered.ShouldNotBeNull();
            result.EffectiveKey.ShouldBe(s_key);
        }

        Verdict(Gate(Rule(CredentialScheme.Secret)), query, StreamKey.Parse("live/cam2")).ShouldBe(CredentialVerdict.Missing);
        Verdict(Gate(Rule(CredentialScheme.Token)), query.Replace("registration", "token", StringComparison.Ordinal)).ShouldBe(CredentialVerdict.Wrong);
    }

    [Fact]
    public void A_registrations_credential_for_a_stream_called_star_is_not_one_for_all() =>
        Verdict(Gate(Rule(CredentialScheme.Secret)), "?" + Registrations.QueryFor(StreamKey.Parse("live/*"), "e", "r1", s_now)).ShouldBe(CredentialVerdict.Missing);

    [Fact]
    public void An_expired_registration_still_says_who_it_was_but_a_credential_of_the_rule_outranks_it()
    {
        var query = "?" + Registrations.QueryFor(s_key, "encoder-7", "r1", s_now);
        var late = s_now.AddMinutes(10);
        var result = Gate(Rule(CredentialScheme.Secret)).Check(s_key, query, Address, late);
        (result.Verdict, result.Subject).ShouldBe((CredentialVerdict.Expired, "encoder-7"));
        Verdict(Gate(Rule(CredentialScheme.Secret)), query + "&secret=open%20sesame", now: late).ShouldBe(CredentialVerdict.Valid);
        Verdict(Gate(), query, now: late).ShouldBe(CredentialVerdict.NotRequired);
    }

    [Fact]
    public void Members_with_the_key_of_one_store_accept_each_others_registrations()
    {
        var (a, b, other) = (new RegistrationCredential(new()), new RegistrationCredential(new()), new RegistrationCredential(new()));
        a.Use([1, 2, 3]);
        b.Use([1, 2, 3]);
        other.Use([3, 2, 1]);
        var query = "?" + a.QueryFor(s_key, "e", "r1", s_now);
        new CredentialGate(new(), b).Check(s_key, query, "", s_now).Registered.ShouldBe(
            new RegistrationClaim(RegistrationClaim.MarkOf("r1"), CredentialVerdict.NotRequired, "", Proven: false));
        new CredentialGate(new(), other).Check(s_key, query, "", s_now).Registered.ShouldBeNull();
        query.ShouldNotContain("r1");
    }

    [Fact]
    public void Before_the_store_has_answered_a_registration_can_not_be_looked_at_and_nothing_else_waits_for_it()
    {
        var gate = new CredentialGate(new CredentialOptions { Rules = { Rule(CredentialScheme.Secret) } }, new RegistrationCredential(new()));
        var query = "?" + Registrations.QueryFor(s_key, "e", "r1", s_now);
        var result = gate.Check(s_key, query, Address, s_now);
        (result.Undecided, result.ProvesIntent, result.Registered).ShouldBe((true, true, null));
        gate.Check(s_key, query + "&secret=open%20sesame", Address, s_now).ShouldBe(
            new CredentialResult(CredentialVerdict.Valid, null, s_key, TimeSpan.Zero));
        gate.Check(s_key, "?secret=guess", Address, s_now).Undecided.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => new RegistrationCredential(new()).QueryFor(s_key, "e", "r1", s_now));
    }

    [Fact]
    public void A_registration_stands_for_a_credential_that_is_missing_and_never_for_one_that_is_wrong()
    {
        var gate = Gate(Rule(CredentialScheme.Secret));
        var query = "?" + Registrations.QueryFor(s_key, "e", "r1", s_now);
        gate.Check(s_key, query, Address, s_now).Registered!.Otherwise.ShouldBe(CredentialVerdict.Missing);
        gate.Check(s_key, query + "&secret=open%20sesame", Address, s_now).Registered!.Otherwise.ShouldBe(CredentialVerdict.Valid);
        var wrong = gate.Check(s_key, query + "&secret=guess", Address, s_now);
        (wrong.Verdict, wrong.Registered).ShouldBe((CredentialVerdict.Wrong, null));

        var named = Gate(Rule(CredentialScheme.StreamName)).Check(StreamKey.Parse("live/cam-1"),
            "?" + Registrations.QueryFor(StreamKey.Parse("live/cam-1"), "e", "r1", s_now), Address, s_now);
        (named.Verdict, named.EffectiveKey.ToString()).ShouldBe((CredentialVerdict.Valid, StreamKey.Parse("live/cam-1").ToString()));
    }

    [Fact]
    public void After_five_wrong_ones_in_a_minute_none_of_that_address_and_key_is_looked_at_not_even_the_right_one()
    {
        var gate = Gate(Rule(CredentialScheme.Secret));
        CredentialResult Try(string address, string key, int second, string secret = "guess") =>
            gate.Check(StreamKey.Parse(key), $"?secret={secret}", address, s_now.AddSeconds(second));

        for (var i = 0; i < 5; i++)
        {
            Try("192.0.2.1", "live/cam1", i).Verdict.ShouldBe(CredentialVerdict.Wrong);
        }

        var refused = Try("192.0.2.1", "live/cam1", 5, "open%20sesame");
        (refused.Verdict, refused.Refused, refused.AnswerAfter).ShouldBe((CredentialVerdict.Unknown, TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(2)));
        Try("192.0.2.1", "live/cam1", 59).Refused.ShouldBe(TimeSpan.FromSeconds(1));
        Try("192.0.2.2", "live/cam1", 5).Verdict.ShouldBe(CredentialVerdict.Wrong);
        Try("192.0.2.1", "live/cam2", 5).Verdict.ShouldBe(CredentialVerdict.Wrong);
        Try("192.0.2.1", "live/cam1", 61, "open%20sesame").Verdict.ShouldBe(CredentialVerdict.Valid);

        var query = "?secret=guess&" + Registrations.QueryFor(s_key, "e", "r1", s_now);
        gate.Check(s_key, query, "192.0.2.1", s_now.AddSeconds(5)).Registered.ShouldNotBeNull("nobody guesses that");
    }

    [Fact]
    public void A_household_of_ipv6_addresses_is_one_caller()
    {
        GuessBuckets.NetworkOf("2001:db8:1:2:3:4:5:6").ShouldBe(GuessBuckets.NetworkOf("2001:db8:1:2::9"));
        GuessBuckets.NetworkOf("2001:db8:1:2::9").ShouldNotBe(GuessBuckets.NetworkOf("2001:db8:1:3::9"));
        GuessBuckets.NetworkOf("::ffff:192.0.2.1").ShouldBe("192.0.2.1");
    }

    [Fact]
    public void A_flood_of_wrong_ones_from_everywhere_does_not_grow_the_memory()
    {
        var wrong = new GuessBuckets<string>(limit: 5, TimeSpan.FromMinutes(1), tracked: 1000);
        for (var i = 0; i < 10_000; i++)
        {
            wrong.Count($"10.0.{i / 256}.{i % 256}", s_now);
        }

        wrong.Tracked.ShouldBeLessThanOrEqualTo(1000);
    }
}
