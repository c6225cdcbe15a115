using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Members;

namespace StreamSupervisor.Tests.Simulation.Judging;

/// <content>Promises about servers that are wrong in rare ways.</content>
internal sealed partial class History
{
    /// <summary>By key and owner: whose DELETE it was told to be forbidden, and when.</summary>
    private readonly Dictionary<(string Key, string Owner), Dictionary<SessionId, DateTimeOffset>> _forbidden = [];

    /// <summary>The owner of a key was told that its server forbids to kick a session.</summary>
    public void Forbade(string key, SessionId session, Member owner)
    {
        if (!_forbidden.TryGetValue((key, owner.Name), out var sessions))
        {
            _forbidden[(key, owner.Name)] = sessions = [];
        }

        sessions.TryAdd(session, owner.Now);
    }

    /// <summary>What it was told may die with it.</summary>
    public void OwnerStops(string key, string owner) => _forbidden.Remove((key, owner));

    private void CheckServers(KeyHistory key, LiveStreamState before, LiveStreamEvent happened, string writer)
    {
        switch (happened)
        {
            case EvictionOrdered { Cause: EvictionCause.Orphaned, Of: var evicted }
                when Find(evicted) is { IsPublishing: true, IsOrphan: false }:
                Break("Orphan", key.Name, $"{evicted.Session} reaches its players and is evicted as one that reaches nobody");
                break;
            case AttemptRefused { Reason: RefusalReason.HoldExhausted } refused
                when before.Evictions.Find(eviction => IsForbidden(key, eviction.Of, refused, writer)) is { } eviction:
                Break("Forbidden", key.Name,
                    $"{refused.By.Session} is promised that its next try succeeds, and {eviction.Of.Session} can't be kicked");
                break;
            case AttemptRefused { Reason: RefusalReason.KickForbidden } refused when !HasForbidden(refused.By.Origin):
                Break("Forbidden", key.Name, $"{refused.By.Session} is refused since kicks are forbidden, and they never were");
                break;
        }
    }

    private bool IsForbidden(KeyHistory key, Publisher evicted, AttemptRefused refused, string writer) =>
        evicted.Session.ServerId == refused.By.Session.ServerId
        && _forbidden.TryGetValue((key.Name, writer), out var sessions)
        && sessions.TryGetValue(evicted.Session, out var at) && at < refused.At;

    /// <summary>An API that answered for another server may have forbidden what that one forbids.</summary>
    private bool HasForbidden(string server) => world.Plan.Rare.Any(trouble =>
        trouble.What == WorldTrouble.KicksForbidden && (world.Plan.Servers[trouble.Server].Name == server
            || world.Plan.Troubles.Any(other => other.What == WorldTrouble.ApiWrong && world.Plan.Servers[other.Server].Name == server)));
}
