using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Tests.Webhooks;

/// <summary>Who hears what, and what its place is kept by.</summary>
public sealed class WebhookTargetTests
{
    private static readonly string Secret = WebhookSecret.New();

    [Fact]
    public void A_receiver_that_names_nothing_hears_all_but_refusals()
    {
        var target = Target(new WebhookOptions { Url = "https://example.com/hook", Secret = Secret });
        NoticeKinds.Names.Where(name => !target.Wants(NoticeKinds.Of(name))).ShouldBe(["stream.refused"]);
        target.Wants(StreamKey.Parse("any/thing")).ShouldBeTrue();
    }

    [Fact]
    public void A_receiver_hears_the_events_and_the_keys_that_it_names()
    {
        var target = Target(new WebhookOptions
        {
            Url = "https://example.com/hook", Secret = Secret, Events = { "stream.refused" }, Match = { "live/*", "studio/main" },
        });
        target.Wants(NoticeKind.StreamRefused).ShouldBeTrue();
        target.Wants(NoticeKind.StreamStarted).ShouldBeFalse();
        target.Wants(StreamKey.Parse("live/cam1")).ShouldBeTrue();
        target.Wants(StreamKey.Parse("studio/main")).ShouldBeTrue();
        target.Wants(StreamKey.Parse("studio/other")).ShouldBeFalse();
    }

    [Fact]
    public void A_place_is_kept_by_the_name_else_by_the_address_and_never_by_the_number()
    {
        var plain = new WebhookOptions { Url = "https://example.com/hook?token=very-secret", Secret = Secret };
        Target(plain, 0).Id.ShouldBe(Target(plain, 3).Id);
        Target(plain).Id.ShouldNotContain("secret");
        Target(plain).Host.ShouldBe("https://example.com");
        Target(new WebhookOptions { Name = "a", Url = "https://one.example", Secret = Secret }).Id
            .ShouldBe(Target(new WebhookOptions { Name = "a", Url = "https://two.example", Secret = Secret }).Id);
    }

    [Fact]
    public void Both_secrets_sign_while_one_is_changed()
    {
        var target = Target(new WebhookOptions { Url = "https://example.com", Secret = Secret, SecondSecret = WebhookSecret.New() });
        using var post = new WebhookPost(target, 1, TimeSpan.FromSeconds(1), TimeProvider.System);
        using var request = post.RequestOf(new WebhookMessage("id", "lane", [1, 2, 3]));
        var signatures = request.Headers.GetValues("webhook-signature").Single().Split(' ');
        var timestamp = long.Parse(request.Headers.GetValues("webhook-timestamp").Single(), System.Globalization.CultureInfo.InvariantCulture);
        signatures.ShouldBe(target.Secrets.Select(secret => secret.Sign("id", timestamp, [1, 2, 3])));
        signatures.Distinct().Count().ShouldBe(2);
    }

    private static WebhookTarget Target(WebhookOptions options, int number = 0) => new(number, options);
}
