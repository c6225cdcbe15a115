using Microsoft.AspNetCore.Http;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.IntegrationTests.Journal;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.IntegrationTests.Webhooks;

[Collection(StoreFixture.Name)]
public sealed class WebhookParkingTests(StoreFixture stores)
{
    /// <summary>On a busy cluster something else is always taken; the one that is not would stand there for ever, and nobody would know.</summary>
    [Theory]
    [InlineData("origin.down", "srs-1")]
    [InlineData("stream.started", "__defaultVhost__/live/bad")]
    public async Task One_message_that_is_never_taken_parks_though_others_are(string type, string subject)
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres: false);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf());
        receiver.Answer = async message =>
        {
            if ((message.Type, message.Subject) != (type, subject))
            {
                return StatusCodes.Status204NoContent;
            }

            await stage.PublishAsync("live/good");
            return StatusCodes.Status400BadRequest;
        };
        await stage.PublishAsync("live/bad");
        await stage.Notices.NoteAsync("origin/srs-1", NoticeKind.OriginDown, "srs-1", "");
        await stage.SendAsync(target);
        await Eventually.HoldsAsync("it is parked", async () => (await stage.RowAsync(target)).IsParked);
        var refused = receiver.Messages.Where(message => message.Status == StatusCodes.Status400BadRequest).ToList();
        refused.Count.ShouldBe(4, "as any other that fails");
        receiver.Taken.Count(message => message.Subject == "__defaultVhost__/live/good").ShouldBeGreaterThan(1);
        (await stage.RowAsync(target)).LastError!.ShouldStartWith($"{refused[0].Id}: ");

        var place = WebhookPlace.Parse(refused[0].Id)!.Value;
        await stage.Rows.RedeliverAsync(target.Id, place.IsNotice ? null : place.Ordering, place.IsNotice ? place.Ordering : null);
        await stage.Notices.NoteAsync("origin/srs-1", NoticeKind.OriginUp, "srs-1", "");
        await stage.SendAsync(target);

        await Eventually.HoldsAsync("what is behind it is taken", () => Task.FromResult(receiver.Taken.Any(message => message.Type == "origin.up")));
        receiver.Taken.ShouldAllBe(message => message.Id != refused[0].Id);
        await Eventually.HoldsAsync("nothing fails", async () => (await stage.RowAsync(target)) is { Failures: 0, IsParked: false });
        Promises.Hold(receiver);
    }
}
