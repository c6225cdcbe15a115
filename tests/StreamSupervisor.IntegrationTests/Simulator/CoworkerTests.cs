using System.Collections.Immutable;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

/// <summary>A simulated server of an origin cluster asks as a real one does, and makes of the answers what a real one makes.</summary>
public sealed class CoworkerTests
{
    private const string Stay = """{"code":0,"data":{"origin":{"ip":"","port":0}}}""";
    private const string There = """{"code":0,"data":{"origin":{"ip":"10.0.0.12","port":1936}}}""";

    public static TheoryData<string> Versions => RecordingTests.VersionsWith("coworkers");

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_question_is_that_of_the_real_server(string version)
    {
        foreach (var play in Recordings.Load(version, "coworkers").EnumerateArray())
        {
            var (tcUrl, stream) = (play.GetProperty("tcUrl").GetString()!, play.GetProperty("stream").GetString()!);
            var lines = play.GetProperty("request").GetString()!.Split("\r\n");
            var host = lines.First(line => line.StartsWith("Host: ", StringComparison.Ordinal))["Host: ".Length..];
            Run(version, [$"{host}/coworkers/v1/token-of-srs-1"], _ => (200, Stay), async (srs, asked) =>
            {
                var player = srs.Connect("127.0.0.1").ShouldNotBeNull();
                (await player.PlayAsync(tcUrl, stream)).ShouldBe(PublishOutcome.Closed);
                asked.ShouldHaveSingleItem().ShouldBe($"http://{host}{lines[0].Split(' ')[1]}");
            });
            lines[0].ShouldStartWith("POST ");
            lines.ShouldContain("Content-Length: 0");
        }
    }

    [Theory]
    [InlineData(200, Stay, 200, There)]
    [InlineData(404, """{"code":9090}""", 200, There)]
    [InlineData(0, "", 200, There)]
    [InlineData(200, """{"code":0,"data":{"origin":null}}""", 200, There)]
    [InlineData(200, """{"code":0,"data":{"origin":{"ip":"10.0.0.13","port":"1935"}}}""", 200, There)]
    [InlineData(200, """{"code":1,"data":{"origin":{"ip":"10.0.0.13","port":1935}}}""", 200, There)]
    [InlineData(200, There, 200, Stay)]
    public void Coworkers_are_asked_one_after_another_until_one_knows(int first, string firstBody, int second, string secondBody) =>
        Run("v6", ["10.0.0.1:1985", "10.0.0.2:1985"], url => url.Contains("10.0.0.1:", StringComparison.Ordinal) ? (first, firstBody) : (second, secondBody),
            async (srs, asked) =>
            {
                var player = srs.Connect("127.0.0.1").ShouldNotBeNull();
                (await player.PlayAsync("rtmp://127.0.0.1:1935/live", "cam1")).ShouldBe(PublishOutcome.Redirected);
                player.RedirectedTo.ShouldBe("rtmp://10.0.0.12:1936/live/cam1");
                asked.Count.ShouldBe(firstBody == There ? 1 : 2);
                (await player.Closed).ShouldBe(CloseReason.Redirected);
            });

    [Fact]
    public void Who_has_the_stream_asks_nobody() => Run("v6", ["10.0.0.1:1985"], _ => (200, There), async (srs, asked) =>
    {
        var publisher = srs.Connect("127.0.0.1").ShouldNotBeNull();
        (await publisher.PublishAsync("rtmp://127.0.0.1:1935/live", "cam1")).ShouldBe(PublishOutcome.Started);
        var player = srs.Connect("127.0.0.1").ShouldNotBeNull();
        (await player.PlayAsync("rtmp://127.0.0.1:1935/live", "cam1")).ShouldBe(PublishOutcome.Started);
        asked.ShouldBeEmpty();
        publisher.Close();
        player.Close();
    });

    private static void Run(string version, ImmutableArray<string> coworkers, Func<string, (int Status, string Body)> answer,
        Func<SimulatedSrs, List<string>, Task> play)
    {
        var world = new SimulatedWorld();
        var asked = new List<string>();
        var options = RecordedSession.OptionsOf(version, "rtmp://127.0.0.1:1935/live");
        var srs = new SimulatedSrs(options, world, new Random(7), (_, _) => Task.FromResult(HookResult.Accepted), (url, _) =>
        {
            asked.Add(url);
            return Task.FromResult<(int, string)?>(answer(url) is { Status: > 0 } given ? given : null);
        })
        { Coworkers = coworkers };
        world.Run(() => play(srs, asked));
    }
}
