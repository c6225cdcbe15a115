using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Tests.Domain.Policies;

public sealed class PolicyBookTests
{
    private static readonly StreamPolicy Usual = new() { Hold = TimeSpan.FromSeconds(2), FightAlternations = 7 };

    private static readonly PolicyBook Book = new(Usual, IdentityRule.Address,
    [
        new(StreamPattern.Parse("live/vip*")) { Takeover = TakeoverPolicy.FirstWins, Identity = IdentityRule.Key },
        new(StreamPattern.Parse("live/*")) { Mode = AdmissionMode.Observe, Hold = TimeSpan.FromSeconds(1), PublishOnly = true },
        new(StreamPattern.Parse("live/late")) { Takeover = TakeoverPolicy.SameIdentity },
    ]);

    [Fact]
    public void A_key_that_no_rule_matches_lives_under_the_default()
    {
        var key = StreamKey.Parse("radio/one");
        Book.PolicyFor(key).ShouldBeSameAs(Usual);
        Book.IdentityFor(key).ShouldBe(IdentityRule.Address);
        Book.IsPublishOnly(key).ShouldBeFalse();
        Book.MatchFor(key).ShouldBeNull();
    }

    [Fact]
    public void The_first_rule_that_matches_speaks_alone()
    {
        var vip = StreamKey.Parse("live/vip1");
        Book.PolicyFor(vip).ShouldBe(Usual with { Takeover = TakeoverPolicy.FirstWins });
        Book.IdentityFor(vip).ShouldBe(IdentityRule.Key);
        Book.IsPublishOnly(vip).ShouldBeFalse();
        Book.MatchFor(vip)!.Text.ShouldBe("live/vip*");

        var late = StreamKey.Parse("live/late");
        Book.PolicyFor(late).ShouldBe(Usual with { Mode = AdmissionMode.Observe, Hold = TimeSpan.FromSeconds(1) });
        Book.IdentityFor(late).ShouldBe(IdentityRule.Address);
        Book.IsPublishOnly(late).ShouldBeTrue();
    }

    [Fact]
    public void Without_rules_every_key_has_the_documented_defaults()
    {
        PolicyBook.Default.PolicyFor(StreamKey.Parse("live/cam")).ShouldBe(StreamPolicy.Default);
        PolicyBook.Default.IdentityFor(StreamKey.Parse("live/cam")).ShouldBe(IdentityRule.Key);
    }

    [Fact]
    public void Looking_a_policy_up_allocates_nothing()
    {
        var key = StreamKey.Parse("live/late");
        _ = Book.PolicyFor(key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _ = Book.PolicyFor(key);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
