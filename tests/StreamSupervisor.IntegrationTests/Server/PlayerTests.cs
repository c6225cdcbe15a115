using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

public sealed class PlayerTests
{
    private const int Viewers = 50;

    [Theory]
    [InlineData("secret=correct-horse")]
    [InlineData("")]
    public async Task Where_the_busy_check_comes_first_viewers_with_the_publishers_address_and_key_are_neither_held_nor_counted(string param)
    {
        // From one studio: all of them show the same address.
        var settings = param.Length == 0 ? new PlatformSettings() : new PlatformSettings
        {
            Credentials = new CredentialOptions { Rules = { new CredentialRuleOptions { Match = "live/*", Scheme = CredentialScheme.Secret, Primary = "correct-horse" } } },
        };
        await using var platform = await Platform.StartAsync(settings, SrsModel.V7Token);
        var publisher = await platform.PublishAsync(platform.Srs[0], "live/cam", param);
        (await (await EncoderEnd.DialAsync(platform.Srs[0])).PlayAsync("live/cam")).ShouldBe(PublishOutcome.Started);
        await Task.WhenAll(Enumerable.Range(0, Viewers).Select(async number =>
        {
            for (var visit = 0; visit < 3; visit++)
            {
                var viewer = await EncoderEnd.DialAsync(platform.Srs[0]);
                (await viewer.PlayAsync("live/cam")).ShouldBe(PublishOutcome.Started);
                await viewer.HangUpAsync();
            }
        }));

        var story = await platform.StoryAsync("live/cam");
        (await platform.StreamAsync("live/cam"))!.Generation.ShouldBe(1, story);
        (await platform.TimelineAsync("live/cam")).ShouldNotContain(entry => entry.Kind == "eviction-ordered", story);
        (await platform.Srs.DeletesAsync()).ShouldBeEmpty(story);
        (await platform.Srs.ActiveAsync("live/cam")).ShouldBe([publisher.ClientId], story);
    }

    [Fact]
    public async Task Viewers_of_a_key_under_handover_are_never_held_and_remove_nobody()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6, SrsModel.V7Token);
        var stale = await platform.PublishAsync(platform.Srs[0], "live/cam");
        var other = await platform.PublishAsync(platform.Srs[1], "live/other");

        // Slow enough that all of them come and go before the old session's removal is over.
        await platform.Srs.SlowDownAsync(TimeSpan.FromMilliseconds(900));
        var back = await EncoderEnd.DialAsync(platform.Srs[0]);
        var returning = back.PublishAsync("live/cam");
        await platform.StreamAsync("live/cam", stream => stream.Handover is not null);
        await Task.WhenAll(Enumerable.Range(0, Viewers).Select(async number =>
        {
            var viewer = await EncoderEnd.DialAsync(platform.Srs[0], $"198.51.100.{number}");
            (await viewer.PlayAsync("live/cam")).ShouldBe(PublishOutcome.Started);
            await viewer.HangUpAsync();
        }));
        returning.IsCompleted.ShouldBeFalse("the viewers were held as long as the publisher");

        // Where a publisher is refused before it can ask, one that only looks must not be taken for it.
        await Task.WhenAll(Enumerable.Range(0, Viewers).Select(async number =>
        {
            var viewer = await EncoderEnd.DialAsync(platform.Srs[1], $"198.51.100.{number}");
            (await viewer.PlayAsync("live/other")).ShouldBe(PublishOutcome.Started);
            await viewer.HangUpAsync();
        }));

        await platform.Srs.SlowDownAsync(TimeSpan.Zero);
        (await returning).ShouldBe(PublishOutcome.Started, await platform.StoryAsync("live/cam"));
        await platform.StreamAsync("live/cam", stream => stream is { Generation: 2, Evictions: [] });
        (await platform.Srs.ActiveAsync("live/cam")).ShouldBe([back.ClientId]);
        (await platform.Srs.ActiveAsync("live/other")).ShouldBe([other.ClientId]);
        (await platform.Srs.DeletesAsync()).Select(delete => delete.ClientId).Distinct().ShouldBe([stale.ClientId]);
        (await platform.TimelineAsync("live/other")).ShouldAllBe(entry => entry.Kind != "eviction-ordered");
        (await platform.Srs.BusyAsync()).ShouldBe(0);
    }
}
