using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Members;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation;

/// <content>Troubles of few worlds: streams for nobody, servers that forbid kicks, clocks that are wrong.</content>
internal sealed partial class World
{
    /// <summary>A proxy that forbids for longer than this is never mended.</summary>
    private static readonly TimeSpan ForbidsForGood = TimeSpan.FromSeconds(5);

    /// <summary>What machines without the time, or with a wrong one, are off by.</summary>
    private static readonly TimeSpan[] ClocksAreOffBy =
        [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(50), TimeSpan.FromHours(3)];

    private readonly HashSet<string> _forbidding = [];

    /// <summary>
    /// SRS itself must end who can't be kicked (25 s at most); that nobody hears a stream is known after 12 s, at the sweep that follows.
    /// </summary>
    private TimeSpan RestOfRareTroubles => RollsBack ? TimeSpan.Zero
        : TimeSpan.FromSeconds((_forbidding.Count > 0 ? 35 : 0)
            + (25 * Plan.Rare.Count(trouble => trouble.What == WorldTrouble.Orphaned)));

    /// <summary>An API, a hook or a clock said what was wrong.</summary>
    private bool WasLiedTo => Plan.Troubles.Any(trouble => trouble.What == WorldTrouble.ApiWrong)
        || Plan.Rare.Any(trouble => trouble.What is WorldTrouble.ClockSet or WorldTrouble.KicksForbidden);

    /// <summary>A deadline may have been written by any of them.</summary>
    private DateTimeOffset SlowestClock =>
        Plan.Places.Select(place => place.Life?.Now).OfType<DateTimeOffset>().DefaultIfEmpty(Now).Min();

    /// <summary>Whether kicks are forbidden there for good.</summary>
    public bool ForbidsForEver(string server) => _forbidding.Contains(server);

    private bool IsOutOfReachOfKicks(Publisher publisher) =>
        ForbidsForEver(publisher.Origin) && Server(publisher.Origin).Find(publisher.Session) is { IsSending: true };

    private void BeginRare(PlannedTrouble trouble, SrsServer server, Place place)
    {
        switch (trouble.What)
        {
            case WorldTrouble.Orphaned:
                server.Orphaning.Add(trouble.Key);
                break;
            case WorldTrouble.KicksForbidden:
                server.ForbidsDelete = true;
                if (trouble.For > ForbidsForGood)
                {
                    _forbidding.Add(server.Name);
                    break;
                }

                After(trouble.For, () => server.ForbidsDelete = ForbidsForEver(server.Name));
                break;
            case WorldTrouble.ClockSet:
                place.SetBy += ClocksAreOffBy[Random.Next(ClocksAreOffBy.Length)] * (Chance(0.5) ? 1 : -1);
                break;
        }
    }

    /// <summary>Whether it must be seen there that a publish reaches nobody, and can be mended.</summary>
    private bool IsWatched(SrsServer server) =>
        !RollsBack && Plan.HasOrphans && server.Kind.CleansUpFreshSources && !ForbidsForEver(server.Name);

    /// <summary>Somebody watches a stream, and comes back: without players nobody can tell that a publish reaches none.</summary>
    private void Watch(string stream, SrsServer server, SrsConnection? viewer = null)
    {
        if (viewer is not { IsOpen: true })
        {
            viewer = server.Connect("10.8.8.9");
            viewer?.Play(stream, resets: false);
        }

        After(TimeSpan.FromSeconds(1), () => Watch(stream, server, viewer));
    }
}
