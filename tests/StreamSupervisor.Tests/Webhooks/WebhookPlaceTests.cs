using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Tests.Webhooks;

public sealed class WebhookPlaceTests
{
    [Theory]
    [InlineData("1204.0", 1204, false)]
    [InlineData("event-1204.3-8de2c54e1a3f2c0", 1204, false)]
    [InlineData("event-1204.3", 1204, false)]
    [InlineData("event-1204", 1204, false)]
    [InlineData("notice-17-8de2c54e1a3f2c0", 17, true)]
    [InlineData("notice-17", 17, true)]
    public void An_id_is_understood_as_people_find_it(string id, long ordering, bool isNotice) =>
        WebhookPlace.Parse(id).ShouldBe(new WebhookPlace(ordering, isNotice));

    [Theory]
    [InlineData("")]
    [InlineData("1204")]
    [InlineData("notice-1.0")]
    [InlineData("notice--1")]
    [InlineData("event-")]
    [InlineData("test-8de2c54e")]
    [InlineData("event-1-2-3-4")]
    [InlineData("notice-99999999999999999999")]
    public void Anything_else_is_no_place(string id) => WebhookPlace.Parse(id).ShouldBeNull();
}
