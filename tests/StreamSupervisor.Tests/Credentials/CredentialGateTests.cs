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

    internal static RegistrationCredential Registrations { get; } = RegistrationCredential.Create(new(), ["hook-token-of-srs-1"]);

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
    public void Tencents_time_may_be_decimal_and_its_hash_sha256()
    {
        const string key = "e12c46f2612d5106e2034781ab261ca3";
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key + "test1694669601")));
        var gate = Gate(new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Tencent, Primary = "x", Secondary = key });
        var time = DateTimeOffset.FromUnixTimeSeconds(1694669601);
        Verdict(gate, $"?txSecret={hash}&txTime=1694669601", StreamKey.Parse("live/test"), time).ShouldBe(CredentialVerdict.Valid);
        Verdict(gate, $"?txSecret={hash}&txTime=1694669602", StreamKey.Parse("live/test"), time).ShouldBe(CredentialVerdict.Wrong);
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
        var query = "?" + Registrations.QueryFor(s_key, "encoder-7", s_now);
        foreach (var gate in new[] { Gate(), Gate(Rule(CredentialScheme.Secret)), Gate(Rule(CredentialScheme.StreamName)) })
        {
            var result = gate.Check(s_key, query, Address, s_now.AddMinutes(2));
            result.Verdict.ShouldBe(CredentialVerdict.Valid);
            result.Subject.ShouldBe("encoder-7");
            result.Registered.ShouldBeTrue();
            result.EffectiveKey.ShouldBe(s_key);
        }

        Verdict(Gate(Rule(CredentialScheme.Secret)), query, StreamKey.Parse("live/cam2")).ShouldBe(CredentialVerdict.Missing);
        Verdict(Gate(Rule(CredentialScheme.Token)), query.Replace("registration", "token", StringComparison.Ordinal)).ShouldBe(CredentialVerdict.Wrong);
    }

    [Fact]
    public void A_registrations_credential_for_a_stream_called_star_is_not_one_for_all() =>
        Verdict(Gate(Rule(CredentialScheme.Secret)), "?" + Registrations.QueryFor(StreamKey.Parse("live/*"), "e", s_now)).ShouldBe(CredentialVerdict.Missing);

    [Fact]
    public void An_expired_registration_still_says_who_it_was_but_a_credential_of_the_rule_outranks_it()
    {
        var query = "?" + Registrations.QueryFor(s_key, "encoder-7", s_now);
        var late = s_now.AddMinutes(10);
        var result = Gate(Rule(CredentialScheme.Secret)).Check(s_key, query, Address, late);
        (result.Verdict, result.Subject).ShouldBe((CredentialVerdict.Expired, "encoder-7"));
        Verdict(Gate(Rule(CredentialScheme.Secret)), query + "&secret=open%20sesame", now: late).ShouldBe(CredentialVerdict.Valid);
        Verdict(Gate(), query, now: late).ShouldBe(CredentialVerdict.NotRequired);
    }

    [Fact]
    public void Members_that_know_the_same_hook_tokens_accept_each_others_registrations()
    {
        var a = RegistrationCredential.Create(new(), ["one", "two"]);
        var b = RegistrationCredential.Create(new(), ["two", "one"]);
        var stranger = RegistrationCredential.Create(new(), ["one", "three"]);
        var query = "?" + a.QueryFor(s_key, "e", s_now);
        new CredentialGate(new(), b).Check(s_key, query, "", s_now).Registered.ShouldBeTrue();
        new CredentialGate(new(), stranger).Check(s_key, query, "", s_now).Registered.ShouldBeFalse();
    }

    [Fact]
    public void After_five_wrong_ones_in_a_minute_the_answer_waits_for_that_address_and_key_only()
    {
        var gate = Gate(Rule(CredentialScheme.Secret));
        TimeSpan Try(string address, string key, int second, string secret = "guess") =>
            gate.Check(StreamKey.Parse(key), $"?secret={secret}", address, s_now.AddSeconds(second)).AnswerAfter;

        for (var i = 0; i < 5; i++)
        {
            Try("a", "live/cam1", i).ShouldBe(TimeSpan.Zero);
        }

        Try("a", "live/cam1", 5).ShouldBe(TimeSpan.FromSeconds(2));
        Try("b", "live/cam1", 5).ShouldBe(TimeSpan.Zero);
        Try("a", "live/cam2", 5).ShouldBe(TimeSpan.Zero);
        Try("a", "live/cam1", 6, "open%20sesame").ShouldBe(TimeSpan.Zero);
        Try("a", "live/cam1", 70).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_flood_of_wrong_ones_from_everywhere_does_not_grow_the_memory()
    {
        var wrong = new WrongCredentials(limit: 5, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2), tracked: 1000);
        for (var i = 0; i < 10_000; i++)
        {
            wrong.Count($"10.0.{i / 256}.{i % 256}", s_key, s_now);
        }

        wrong.Tracked.ShouldBeLessThanOrEqualTo(1000);
    }
}
