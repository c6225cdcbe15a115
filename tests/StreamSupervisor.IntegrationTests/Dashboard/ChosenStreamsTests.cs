using System.Net;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Dashboard;

/// <summary>One order for several streams, as a browser without script gives it.</summary>
public sealed class ChosenStreamsTests
{
    private static readonly (string, string)[] Chosen =
    [
        ("order", "kick"), ("s", "1 __defaultVhost__/live/a"), ("s", "1 __defaultVhost__/live/b"), ("s", "1 __defaultVhost__/live/c"),
    ];

    [Fact]
    public async Task It_says_to_whom_it_will_happen_asks_why_and_how_many_and_tells_what_became_of_it_for_each()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        var (a, b, c) = (await platform.PublishAsync(platform.Srs[0], "live/a"), await platform.PublishAsync(platform.Srs[0], "live/b"), await platform.PublishAsync(platform.Srs[0], "live/c"));
        await Eventually.HoldsAsync("each row has its box", async () => (await pages.GetAsync("/ui")).Body is var list
            && Chosen.Skip(1).All(box => list.Contains($"name=\"s\" value=\"{box.Item2}\"", StringComparison.Ordinal)));
        var later = await platform.PublishAsync(platform.Srs[0], "live/b");

        var asked = await Eventually.BringsAsync("the page knows of the change of hands", async () =>
            await pages.PostFieldsAsync("/ui/orders", Chosen) is var page && page.Body.Contains("It has changed hands since it was chosen", StringComparison.Ordinal) ? page : null);
        asked.Status.ShouldBe(HttpStatusCode.OK);
        asked.Body.ShouldContain(a.ClientId);
        asked.Body.ShouldNotContain(later.ClientId);

        foreach (var wrong in new (string, string)[][] { [("why", "wrong picture")], [("why", "wrong picture"), ("confirm", "2")], [("why", ""), ("confirm", "3")] })
        {
            (await pages.PostFieldsAsync("/ui/orders", [.. Chosen, .. wrong])).Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        a.Closed.IsCompleted.ShouldBeFalse("nothing was confirmed");
        var done = await pages.PostFieldsAsync("/ui/orders", [.. Chosen, ("why", "wrong picture"), ("confirm", "3")]);
        done.Status.ShouldBe(HttpStatusCode.OK, done.Body);
        done.Body.ShouldContain("Done for 2 of 3.");
        done.Body.ShouldContain("The stream has changed hands since you looked");
        (await Task.WhenAll(a.Closed, c.Closed).WaitAsync(Eventually.Patience)).ShouldAllBe(reason => reason == CloseReason.Kicked);
        b.Closed.IsCompleted.ShouldBeTrue("another took over from it");
        (await platform.Srs.ActiveAsync("live/b")).ShouldBe([later.ClientId]);
        (await platform.TimelineAsync("live/a")).Count(entry => entry.Why == "wrong picture").ShouldBe(1);
    }

    [Fact]
    public async Task A_lock_of_several_has_an_end_and_what_is_no_choice_is_refused()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        (await pages.PostFieldsAsync("/ui/orders", ("order", "lock"))).Body.ShouldContain("Choose at least one stream.");
        (await pages.PostFieldsAsync("/ui/orders", ("order", "lock"), ("s", "live/a"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await pages.PostFieldsAsync("/ui/orders", [("order", "lock"), .. Enumerable.Range(0, 51).Select(number => ("s", $"0 live/a{number}"))])).Body
            .ShouldContain("At most 50 streams at once.");
        (await pages.PostFieldsAsync("/ui/orders", ("order", "lock"), ("s", "0 live/a"))).Body.ShouldContain("name=\"for\"");

        var done = await pages.PostFieldsAsync("/ui/orders", ("order", "lock"), ("s", "0 live/a"), ("s", "0 live/b"), ("why", "rehearsal"), ("confirm", "2"), ("for", "1h"));
        done.Body.ShouldContain("Done for 2 of 2.");
        (await platform.StreamAsync("live/b"))!.LockedUntil.ShouldNotBeNull();
    }
}
