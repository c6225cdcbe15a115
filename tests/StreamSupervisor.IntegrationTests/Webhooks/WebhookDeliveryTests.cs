using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.IntegrationTests.Journal;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Webhooks;

/// <summary>A receiver hears everything, each key in order, whatever it and its sender go through.</summary>
[Collection(StoreFixture.Name)]
public sealed class WebhookDeliveryTests(StoreFixture stores)
{
    private const int Keys = 12;
    private const int Times = 5;

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Each_key_is_told_in_order_and_once(bool postgres)
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf());
        await stage.SendAsync(target);

        await FillAsync(stage);

        await AllAreTakenAsync(receiver);
        receiver.Messages.Count.ShouldBe(Keys * Times * 2);
        receiver.Faults.ShouldBeEmpty();
        await Eventually.HoldsAsync("the place is kept", async () => (await stage.RowAsync(target)) is { Delivered: Keys * Times * 2, Failures: 0 });
        var first = receiver.Taken.First(message => message.Subject == "__defaultVhost__/live/cam0").Event.GetProperty("data");
        first.GetProperty("generation").GetInt64().ShouldBe(1);
        first.GetProperty("origin").GetString().ShouldBe("srs-1");
        first.GetProperty("session").GetProperty("clientId").GetString().ShouldBe("c1");
        var lost = receiver.Taken.First(message => message.Type == "stream.interrupted").Event.GetProperty("data");
        (lost.GetProperty("reason").GetString(), lost.GetProperty("generation").GetInt64(), lost.GetProperty("address").GetString())
            .ShouldBe(("closed", 1, "10.0.0.1"));
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_receiver_that_is_down_refuses_and_is_slow_misses_nothing(bool postgres)
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres);
        await using var receiver = await WebhookReceiver.StartAsync();
        var count = 0;
        receiver.Answer = async _ =>
        {
            var number = Interlocked.Increment(ref count);
            await Task.Delay(number % 10);
            return number % 7 == 0 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status204NoContent;
        };
        await stage.SendAsync(DeliveryStage.Target(receiver.UrlOf()), DeliveryStage.Patient);

        var filling = FillAsync(stage);
        await Eventually.HoldsAsync("some are taken", () => Task.FromResult(receiver.Taken.Count > 10));
        await receiver.GoAwayAsync();
        await filling;
        await receiver.ComeBackAsync();

        await AllAreTakenAsync(receiver);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task What_the_next_sender_says_again_it_says_under_the_same_ids(bool postgres)
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf());
        var taken = new ConcurrentDictionary<string, bool>();
        var hang = new TaskCompletionSource();
        receiver.Answer = async message =>
        {
            // The first sender is killed while every key has a message under way and another was taken of this page.
            if (taken.Count >= Keys)
            {
                await hang.Task;
            }

            taken[message.Id] = true;
            return StatusCodes.Status204NoContent;
        };
        await FillAsync(stage);
        var kill = await stage.SendAsync(target);
        await Eventually.HoldsAsync("some are taken", () => Task.FromResult(taken.Count >= Keys));
        await kill();
        (await stage.RowAsync(target)).Delivered.ShouldBe(0, "the place is kept behind the page");
        hang.SetResult();

        await stage.SendAsync(target);

        await AllAreTakenAsync(receiver);
        receiver.Messages.Count.ShouldBeGreaterThan(Keys * Times * 2, "some came twice");
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Two_who_send_at_once_say_nothing_out_of_order_and_one_of_them_stops(bool postgres)
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf());
        await stage.SendAsync(target);
        await stage.SendAsync(target);

        await FillAsync(stage);

        await AllAreTakenAsync(receiver);
        (await stage.RowAsync(target)).Version.ShouldBe(2);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_receiver_that_hangs_keeps_no_other_waiting(bool postgres)
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres);
        await using var hanging = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var ever = new TaskCompletionSource();
        hanging.Answer = async _ =>
        {
            await ever.Task;
            return StatusCodes.Status204NoContent;
        };
        await stage.SendAsync(DeliveryStage.Target(hanging.UrlOf()), DeliveryStage.Quick with { Timeout = TimeSpan.FromMinutes(5) });
        await stage.SendAsync(DeliveryStage.Target(receiver.UrlOf()));

        await FillAsync(stage);

        await AllAreTakenAsync(receiver);
        hanging.Messages.ShouldBeEmpty();
        ever.SetResult();
    }

    [Fact]
    public async Task One_that_fails_for_long_is_parked_and_goes_on_where_it_was_when_a_person_says_so()
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres: false);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf());
        receiver.Answer = _ => Task.FromResult(StatusCodes.Status500InternalServerError);
        await stage.SendAsync(target);
        await stage.PublishAsync("live/cam0");
        await Eventually.HoldsAsync("it is parked", async () => (await stage.RowAsync(target)).IsParked);
        var row = await stage.RowAsync(target);
        (row.Journal, row.Delivered, row.NextTryAt, row.Failures).ShouldBe((0, 0, null, 4));
        row.LastError.ShouldBe($"{receiver.Messages.First().Id}: It answered 500.");

        receiver.Answer = _ => Task.FromResult(StatusCodes.Status200OK);
        var version = (await stage.Rows.RedeliverAsync(target.Id, after: null)).ShouldNotBeNull().Version;
        version.ShouldBe(row.Version + 1);
        await stage.SendAsync(target);

        await Eventually.HoldsAsync("both are taken", () => Task.FromResult(receiver.Taken.Count == 2));
        receiver.Taken.Select(message => message.Type).ShouldBe(["stream.started", "stream.interrupted"]);
    }

    [Fact]
    public async Task A_person_sends_again_from_a_place()
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres: false);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf());
        await stage.PublishAsync("live/cam0");
        await stage.PublishAsync("live/cam0");
        await stage.SendAsync(target);
        await Eventually.HoldsAsync("all are taken", () => Task.FromResult(receiver.Taken.Count == 4));

        await stage.Rows.RedeliverAsync(target.Id, after: 2);
        await stage.SendAsync(target);

        await Eventually.HoldsAsync("two came again", () => Task.FromResult(receiver.Taken.Count == 6));
        receiver.Taken.Skip(4).Select(message => message.Id).ShouldBe(receiver.Taken.Skip(2).Take(2).Select(message => message.Id));
    }

    [Fact]
    public async Task A_person_goes_past_what_is_never_taken()
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres: false);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf());
        receiver.Answer = message => Task.FromResult(
            message.Type == "stream.started" ? StatusCodes.Status400BadRequest : StatusCodes.Status204NoContent);
        await stage.SendAsync(target);
        await stage.PublishAsync("live/cam0");
        await Eventually.HoldsAsync("it is parked", async () => (await stage.RowAsync(target)).IsParked);
        receiver.Taken.ShouldBeEmpty("what is behind it waits");

        await stage.Rows.RedeliverAsync(target.Id, after: 1);
        await stage.SendAsync(target);

        await Eventually.HoldsAsync("what is behind it is taken", () => Task.FromResult(receiver.Taken.Count == 1));
        receiver.Taken.Single().Type.ShouldBe("stream.interrupted");
    }

    [Theory]
    [InlineData(StatusCodes.Status302Found, "redirect")]
    [InlineData(StatusCodes.Status410Gone, "410")]
    public async Task A_redirect_leads_nowhere_and_who_is_gone_is_parked_at_once(int status, string word)
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres: false);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Headers["Location"] = receiver.UrlOf("inside");
        receiver.Answer = _ => Task.FromResult(status);
        var target = DeliveryStage.Target(receiver.UrlOf());
        await stage.SendAsync(target);
        await stage.PublishAsync("live/cam0");

        await Eventually.HoldsAsync("it has failed", async () => (await stage.RowAsync(target)).IsParked);

        (await stage.RowAsync(target)).LastError!.ShouldContain(word);
        receiver.Messages.ShouldAllBe(message => message.Path == "/hook");
        if (status == StatusCodes.Status410Gone)
        {
            receiver.Messages.Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Only_what_is_wanted_is_sent_and_the_place_goes_on_past_the_rest()
    {
        await using var stage = await DeliveryStage.StartAsync(stores, postgres: false);
        await using var receiver = await WebhookReceiver.StartAsync();
        var target = DeliveryStage.Target(receiver.UrlOf(), "origin.down");
        await stage.SendAsync(target);
        await stage.PublishAsync("live/cam0");
        await stage.Notices.NoteAsync("origin/srs-1", NoticeKind.OriginUp, "srs-1", "");
        await stage.Notices.NoteAsync("origin/srs-1", NoticeKind.OriginDown, "srs-1", "It does not answer.");
        await stage.Notices.NoteAsync("origin/srs-1", NoticeKind.OriginDown, "srs-1", "It does not answer still.");

        await Eventually.HoldsAsync("it is told", () => Task.FromResult(receiver.Taken.Count == 1));

        var told = receiver.Taken.Single();
        (told.Type, told.Subject, told.Event.GetProperty("data").GetProperty("why").GetString())
            .ShouldBe(("origin.down", "srs-1", "It does not answer."));
        await Eventually.HoldsAsync("the place is kept", async () => (await stage.RowAsync(target)) is { Journal: 2, Notices: 2 });
    }

    private static Task FillAsync(DeliveryStage stage) => Task.WhenAll(Enumerable.Range(0, Keys).Select(async key =>
    {
        for (var time = 0; time < Times; time++)
        {
            await stage.PublishAsync($"live/cam{key}");
        }
    }));

    /// <summary>Waits for everything, and holds it against the promises.</summary>
    private static async Task AllAreTakenAsync(WebhookReceiver receiver)
    {
        await Eventually.HoldsAsync("everything is taken", () => Task.FromResult(
            receiver.Taken.Select(message => (message.Subject, message.Sequence)).Distinct().Count() == Keys * Times * 2));
        Promises.Hold(receiver);
        foreach (var key in receiver.Taken.GroupBy(message => message.Subject))
        {
            key.Select(message => message.Type).Distinct().Order().ShouldBe(["stream.interrupted", "stream.resumed", "stream.started"]);
        }
    }
}
