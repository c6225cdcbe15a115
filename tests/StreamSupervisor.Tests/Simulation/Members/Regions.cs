namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>Brings messages to entities, by their homes as this member knows them; at most once.</summary>
internal sealed class Regions(World world, Member member)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KeepsFor = TimeSpan.FromSeconds(5);
    private const int MaxHops = 4;

    private readonly Dictionary<string, Member> _homes = [];

    public void Forget(string id) => _homes.Remove(id);

    public void Forget(Member removed)
    {
        foreach (var id in _homes.Where(home => home.Value == removed).Select(home => home.Key).ToList())
        {
            _homes.Remove(id);
        }
    }

    /// <param name="deliver">Runs on the member that is home to the entity, as far as the members on the way know.</param>
    public void Route(string id, Action<Member> deliver, int hops = 0)
    {
        if (_homes.TryGetValue(id, out var home))
        {
            Pass(home, id, deliver, hops);
        }
        else
        {
            Ask(id, deliver, hops, world.Now + KeepsFor);
        }
    }

    private void Pass(Member home, string id, Action<Member> deliver, int hops)
    {
        if (home == member)
        {
            deliver(member);
        }
        else if (hops < MaxHops)
        {
            world.Network.Send(member, home, () => home.Regions.Route(id, deliver, hops + 1));
        }
    }

    /// <summary>Asks the coordinator. A member that was removed hears nothing from it.</summary>
    private void Ask(string id, Action<Member> deliver, int hops, DateTimeOffset until) => member.After(world.Faults.MessageLatency(), () =>
    {
        if (_homes.TryGetValue(id, out var known))
        {
            Pass(known, id, deliver, hops);
        }
        else if (!member.IsRemoved && world.Cluster.HomeOf(id) is { } home)
        {
            _homes[id] = home;
            Pass(home, id, deliver, hops);
        }
        else if (world.Now < until)
        {
            member.After(AskAgain, () => Ask(id, deliver, hops, until));
        }
    });
}
