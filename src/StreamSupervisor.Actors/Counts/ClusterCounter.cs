using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;

namespace StreamSupervisor.Actors.Counts;

/// <summary>
/// Counts the whole cluster: asks every member that is up, and waits for none longer than a moment. Nothing is read for it, so it costs
/// a message to each member, however busy they are.
/// </summary>
public sealed class ClusterCounter
{
    private static readonly TimeSpan Within = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Who has never answered is left in peace for so long: a member of an earlier version does not know the question and logs each one.
    /// </summary>
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(30);

    private const long HasAnswered = long.MinValue;

    private readonly ActorSystem _system;
    private readonly TimeProvider _time;

    /// <summary>When a member was asked in vain, or that it has answered once.</summary>
    private readonly ConcurrentDictionary<UniqueAddress, long> _asked = new();

    internal ClusterCounter(ActorSystem system, TimeProvider time) => (_system, _time) = (system, time);

    /// <summary>Asks everybody.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<ClusterCounts> AskAsync(CancellationToken cancellation)
    {
        var cluster = Cluster.Get(_system);
        var members = cluster.State.Members
            .Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.WeaklyUp)
            .Select(member => member.UniqueAddress).ToList();
        foreach (var gone in _asked.Keys.Except(members))
        {
            _asked.TryRemove(gone, out _);
        }

        var answers = await Task.WhenAll(members.Select(member => AskAsync(member, cluster.SelfUniqueAddress, cancellation)));
        MemberCounts[] known = [.. answers.OfType<MemberCounts>()];
        return new ClusterCounts(MemberCounts.Sum(known), answers.Length - known.Length);
    }

    /// <summary>Null where the member does not say so in time.</summary>
    private async Task<MemberCounts?> AskAsync(UniqueAddress member, UniqueAddress self, CancellationToken cancellation)
    {
        if (_asked.TryGetValue(member, out var since) && since != HasAnswered && _time.GetElapsedTime(since) < SilentFor)
        {
            return null;
        }

        var host = member.Equals(self) ? "/" : new RootActorPath(member.Address).ToString();
        try
        {
            var counts = await _system.ActorSelection($"{host}user/{MemberCounter.ActorName}")
                .Ask<MemberCounts>(GetMemberCounts.Instance, Within, cancellation);
            _asked[member] = HasAnswered;
            return counts;
        }
        catch (Exception silent) when (!cancellation.IsCancellationRequested && silent is AskTimeoutException or ActorNotFoundException)
        {
            var now = _time.GetTimestamp();
            _ = _asked.AddOrUpdate(member, now, (_, before) => before == HasAnswered ? before : now);
            return null;
        }
    }
}
