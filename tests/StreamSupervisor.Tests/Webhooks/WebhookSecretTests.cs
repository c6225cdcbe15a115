using System.Text;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Tests.Webhooks;

/// <summary>Signatures as Standard Webhooks says.</summary>
public sealed class WebhookSecretTests
{
    /// <summary>The examples of the specification's libraries.</summary>
    [Theory]
    [InlineData("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121, """{"event_type":"ping","data":{"success":true}}""",
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}""",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    public void A_message_is_signed_as_its_readers_check_it(string secret, string id, long timestamp, string body, string signature) =>
        new WebhookSecret(Convert.FromBase64String(secret[WebhookSecret.Prefix.Length..])).Sign(id, timestamp, Encoding.UTF8.GetBytes(body)).ShouldBe(signature);

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_not base64 at all")]
    [InlineData("whsec_c2hvcnQ=")]
    public void What_is_no_secret_is_not_taken_for_one(string text) => WebhookSecret.Parse(text).ShouldBeNull();

    [Fact]
    public void A_new_one_is_a_secret_and_each_is_another()
    {
        WebhookSecret.Parse(WebhookSecret.New()).ShouldNotBeNull();
        WebhookSecret.New().ShouldNotBe(WebhookSecret.New());
    }
}
