using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

public sealed class SessionTests
{
    [Fact]
    public async Task An_encoder_that_comes_back_on_another_node_leaves_nothing_on_the_first()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6, SrsModel.V7);
        var old = await platform.PublishAsync(platform.Srs[0], "live/cam");
        var back = await platform.ComeBackAsync(platform.Srs[1], "live/cam");

        (await old.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        (await platform.Srs.ActiveAsync("live/cam")).ShouldBe([back.ClientId]);
        var stream = (await platform.StreamAsync("live/cam"))!;
        (stream.Generation, stream.Session!.Origin, stream.Session.ClientId).ShouldBe((2, "srs-2", back.ClientId));
        (await platform.Srs.BusyAsync()).ShouldBe(0);
        (await platform.Srs.DeletesAsync()).Select(delete => delete.ClientId).Distinct().ShouldBe([old.ClientId]);
    }

    [Fact]
    public async Task One_connection_that_publishes_twice_is_two_sessions_of_one_client_id()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V4, SrsModel.V6, SrsModel.V7Token);
        foreach (var (server, name) in platform.Srs.All.Zip(platform.Srs.Names))
        {
            var key = $"live/{name}";
            var encoder = await platform.PublishAsync(server, key, "n=1");
            await encoder.UnpublishAsync();
            await platform.StreamAsync(key, stream => stream.Session is null);
            (await encoder.PublishAsync(key, "n=2")).ShouldBe(PublishOutcome.Started, await platform.StoryAsync(key));
            await platform.StreamAsync(key, stream => stream is { State: "live", Generation: 2 });

            await Eventually.HoldsAsync("it publishes again", async () => (await platform.Srs.ActiveAsync(key)).SequenceEqual([encoder.ClientId]));
            var admitted = (await platform.TimelineAsync(key)).Where(entry => entry.Kind == "admitted").ToArray();
            admitted.Select(entry => entry.Generation).ShouldBe([1, 2]);
            admitted.ShouldAllBe(entry => entry.Attempt!.ClientId == encoder.ClientId);
        }

        (await platform.Srs.BusyAsync()).ShouldBe(0);
        (await platform.Srs.DeletesAsync()).ShouldBeEmpty();
    }
}
