using System.Text.Json;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>What <c>webhooks test</c> posts: a message like the real ones, of a type that none of those has.</summary>
internal static class TestMessage
{
    public const string Type = "webhook.test";

    public static WebhookMessage New(DateTimeOffset now)
    {
        var id = $"test-{Guid.NewGuid():n}";
        var body = new CloudEvent<NoticeData>(id, "urn:streamsupervisor:test", Type, "test", now, "0",
            new NoticeData("test", "A try: somebody ran 'streamsupervisor webhooks test'."));
        return new WebhookMessage(id, "test", JsonSerializer.SerializeToUtf8Bytes(body, CloudEventJson.Shared.CloudEventNoticeData));
    }
}
