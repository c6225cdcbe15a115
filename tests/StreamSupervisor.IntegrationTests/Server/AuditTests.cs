using StreamSupervisor.Server.Api;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Orders of every kind stand in one audit, whatever they are about.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task Orders_about_streams_and_servers_are_told_with_who_and_why()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        await Ordered(platform, "streams", "lock", "live/cam", "--why", "rehearsal", "--by", "ann", "--for", "30m");
        await Ordered(platform, "streams", "unlock", "live/cam", "--why", "over", "--by", "ann");
        await Ordered(platform, "streams", "pin", "live/cam", "--identity", "bob", "--why", "show", "--by", "ann");
        await Ordered(platform, "streams", "release", "live/cam", "--why", "stuck", "--by", "ann");
        (await Ordered(platform, "origins", "drain", "srs-1", "--why", "new disk", "--by", "ann")).ShouldStartWith("srs-1 gets no new streams.");
        (await Ordered(platform, "origins", "undrain", "srs-1", "--why", "done", "--by", "ann")).ShouldStartWith("srs-1 gets new streams again.");

        var (_, output, _) = await platform.CommandAsync("audit", "--by", "ann");

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf('Z', StringComparison.Ordinal) + 2)..].Trim()).ToList();
        lines.Count.ShouldBe(6, output);
        lines[0].ShouldStartWith("live/cam: ann locked the key until ");
        lines[1..].ShouldBe(
        [
            "live/cam: ann unlocked the key: over",
            "live/cam: ann pinned the key to bob: show",
            "live/cam: ann ordered release: stuck",
            "ann took srs-1 out of the choice for new streams: new disk",
            "ann took srs-1 into the choice for new streams again: done",
        ]);
        (await platform.CommandAsync("events", "--origin", "srs-1", "--kind", "order")).Output.ShouldContain("new disk");
        (await platform.CommandAsync("streams", "-o", "name")).Output.ShouldNotContain("__supervisor__");
    }

    [Fact]
    public async Task A_server_is_looked_at_when_somebody_wants_it()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        await Eventually.HoldsAsync("it was looked at", async () => (await OriginAsync(platform)).LastLook is not null);
        var before = (await OriginAsync(platform)).LastLook;

        (await Ordered(platform, "origins", "look", "srs-1", "-o", "name")).Trim().ShouldBe("srs-1");

        (await OriginAsync(platform)).LastLook.ShouldNotBe(before);
        (await platform.CommandAsync("origins", "look", "nobody")).Error.ShouldContain("There is no origin 'nobody'");
    }

    private static async Task<OriginView> OriginAsync(Platform platform) =>
        (await platform.Api.ListOriginsAsync(cursor: null, CancellationToken.None)).Value!.Origins.Single();

    private static Task<string> Ordered(Platform platform, params string[] arguments) => Eventually.BringsAsync(string.Join(' ', arguments), async () =>
    {
        var (exitCode, output, _) = await platform.CommandAsync(arguments);
        return exitCode == ExitCodes.Ok ? output : null;
    });
}
