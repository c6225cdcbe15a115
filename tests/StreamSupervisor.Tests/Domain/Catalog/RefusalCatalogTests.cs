using System.Text.RegularExpressions;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.Catalog;

public sealed partial class RefusalCatalogTests
{
    [Fact]
    public void Every_reason_but_unknown_stands_in_the_catalog_once()
    {
        RefusalCatalog.All.Select(r => r.Reason).ShouldBe(Enum.GetValues<RefusalReason>().Where(r => r != RefusalReason.Unknown));
        foreach (var refusal in RefusalCatalog.All)
        {
            RefusalCatalog.Of(refusal.Reason).ShouldBeSameAs(refusal);
        }
    }

    [Fact]
    public void No_reason_is_not_an_answer() =>
        Should.Throw<ArgumentOutOfRangeException>(() => RefusalCatalog.Of(RefusalReason.Unknown));

    [Fact]
    public void Names_and_codes_are_for_ever() =>
        RefusalCatalog.All.Select(r => $"{r.Code} {r.Name}").ShouldBe(
        [
            "9001 credential-missing",
            "9002 credential-wrong",
            "9003 credential-expired",
            "9004 locked",
            "9005 pinned-to-another",
            "9006 invalid-key",
            "9007 quarantined",
            "9101 reserved",
            "9102 superseded",
            "9103 fight-cool-down",
            "9104 incumbent-alive",
            "9105 handover-running",
            "9106 hold-exhausted",
            "9107 wedged",
            "9108 withdrawn",
            "9109 unavailable",
            "9110 too-many-guesses",
            "9111 kick-forbidden",
        ]);

    [Fact]
    public void Names_are_unique_kebab_case_and_codes_are_unique()
    {
        RefusalCatalog.All.ShouldAllBe(r => KebabCase().IsMatch(r.Name));
        RefusalCatalog.All.Select(r => r.Name).ShouldBeUnique();
        RefusalCatalog.All.Select(r => r.Code).ShouldBeUnique();
    }

    [Fact]
    public void A_permanent_refusal_advises_no_delay_and_a_temporary_one_always_does()
    {
        RefusalCatalog.All.ShouldAllBe(r => r.Permanent == (r.RetryAfter == null));
        RefusalCatalog.All.ShouldAllBe(r => r.Permanent == r.Code < 9100);
        RefusalCatalog.All.Where(r => !r.Permanent).ShouldAllBe(r => r.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public void Every_refusal_speaks_whole_sentences_in_both_languages()
    {
        RefusalCatalog.All.ShouldAllBe(r => r.English.EndsWith('.') && r.English.All(char.IsAscii));
        RefusalCatalog.All.ShouldAllBe(r => r.Chinese.EndsWith('。') && r.Chinese.Any(c => c >= '\u4e00' && c <= '\u9fff'));
        RefusalCatalog.All.Select(r => r.English).ShouldBeUnique();
        RefusalCatalog.All.Select(r => r.Chinese).ShouldBeUnique();
    }

    [GeneratedRegex("^[a-z]+(?:-[a-z]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KebabCase();
}
