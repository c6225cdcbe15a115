using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Server;

public sealed class SilenceTests(ITestOutputHelper log)
{
    [Fact]
    public async Task Publishers_that_fall_silent_are_removed_though_nobody_came_back_and_those_that_send_stay()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V4, SrsModel.V5, SrsModel.V6, SrsModel.V7, SrsModel.V7Token);
        using var silence = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        var (falling, staying, media) = (new List<EncoderEnd>(), new List<EncoderEnd>(), new List<Task>());
        foreach (var (server, name) in platform.Srs.All.Zip(platform.Srs.Names))
        {
            falling.Add(await platform.PublishAsync(server, $"live/falls-{name}"));
            staying.Add(await platform.PublishAsync(server, $"live/stays-{name}"));
            media.Add(falling[^1].KeepSendingAsync(silence.Token));
            media.Add(staying[^1].KeepSendingAsync(end.Token));
        }

        // Media has flowed when SRS shows a codec; that is when the watch can tell silence from a slow start.
        await Task.WhenAll(falling.Select(encoder => encoder.SendAsync()));
        silence.CancelAfter(TimeSpan.FromSeconds(2));
        await Task.WhenAll(media.Where((_, index) => index % 2 == 0));
        var silentSince = TimeProvider.System.GetTimestamp();
        foreach (var encoder in falling)
        {
            (await encoder.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
            log.WriteLine($"gone {TimeProvider.System.GetElapsedTime(silentSince).TotalSeconds:0.0} s after its last byte");
        }

        // SRS alone takes some 20 s from here.
        TimeProvider.System.GetElapsedTime(silentSince).ShouldBeLessThan(TimeSpan.FromSeconds(14));
        staying.ShouldAllBe(encoder => !encoder.Closed.IsCompleted);
        foreach (var name in platform.Srs.Names)
        {
            var stream = await platform.StreamAsync($"live/falls-{name}", stream => stream.State == "interrupted");
            stream.Interrupted!.Until.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow());
            (await platform.TimelineAsync($"live/falls-{name}")).Single(entry => entry.Kind == "eviction-ordered").Cause.ShouldBe("silent");
        }

        await end.CancelAsync();
        await Task.WhenAll(media);
    }
}
