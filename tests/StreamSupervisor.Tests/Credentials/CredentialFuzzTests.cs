using System.Text;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Tests.Credentials;

/// <summary>Strangers write the query. Whatever it is, the gate answers, in bounded time and never with yes.</summary>
public sealed class CredentialFuzzTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private static readonly string[] s_seeds =
    [
        "?secret=x", "?token=v1.e30.AAAA", "?token=v1..", "?jwt=e30.e30.e30", "?txSecret=f85a2ab363fe4deaffef9754d79da6fe&txTime=5C271099",
        "?auth_key=1444435200-0-0-80cd3862d699b7118eed99103f2a3a4f", "?registration=v1.e30.AAAA", "?n=2?n=1", "%%%=%zz&&&??==", "?jwt=a.b.c.d.e",
    ];

    private static readonly string[] s_pieces =
        ["?", "&", "=", "%", "%00", "%ff%fe", ".", "-", "v1.", "\0", "\ud800", "字", "token", "secret", "jwt", "auth_key", "txTime", "FFFFFFFF", "e30", "+", "9999999999"];

    [Fact]
    public void Whatever_the_query_is_the_gate_answers_and_never_with_yes()
    {
        const int seed = 20_261_122;
        var random = new Random(seed);
        var gates = Enum.GetValues<CredentialScheme>().Where(s => s != CredentialScheme.None).Select(scheme => CredentialGateTests.Gate(
            new CredentialRuleOptions { Match = "*", Scheme = scheme, Primary = Secret })).ToArray();
        for (var i = 0; i < 4000; i++)
        {
            var query = Mutate(random);
            var key = new StreamKey(StreamKey.DefaultVhost, "live", "cam" + random.Next(3));
            foreach (var gate in gates)
            {
                var result = gate.Check(key, query, "192.0.2.1", s_now);
                result.Verdict.ShouldBeOneOf(CredentialVerdict.Missing, CredentialVerdict.Wrong,
                    result.Refused is null ? CredentialVerdict.Missing : CredentialVerdict.Unknown);
                result.Subject.ShouldBeNull($"seed {seed}, try {i}: {query}");
            }
        }
    }

    [Fact]
    public void A_huge_query_is_cut_off()
    {
        var parameters = CredentialParameters.Parse("?" + new string('a', 1_000_000) + "&secret=x");
        parameters.Cut.ShouldBeTrue();
        parameters["secret"].ShouldBeNull();
        CredentialParameters.Parse(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"&{i}"))).Cut.ShouldBeTrue();
    }

    private static string Mutate(Random random)
    {
        var text = new StringBuilder(s_seeds[random.Next(s_seeds.Length)]);
        for (var n = random.Next(1, 12); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(4))
            {
                case 0:
                    text.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                    break;
                case 1 when at < text.Length:
                    text.Remove(at, 1);
                    break;
                case 2 when at < text.Length:
                    text[at] = (char)random.Next(1, 300);
                    break;
                default:
                    text.Append(text, 0, random.Next(text.Length));
                    text.Length = Math.Min(text.Length, 20_000);
                    break;
            }
        }

        return text.ToString();
    }
}
