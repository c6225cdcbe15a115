namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// Between members: each message at most once, in its order between two of them and in any order else. Nothing passes to or from a member
/// that the others
/// have removed.
/// </summary>
internal sealed class Network(World world)
{
    private readonly Dictionary<(Member, Member), DateTimeOffset> _last = [];
    private readonly HashSet<(string, string)> _cuts = [];

    public void Cut(string one, string other)
    {
        _cuts.Add((one, other));
        _cuts.Add((other, one));
    }

    public void Heal() => _cuts.Clear();

    public void Send(Member from, Member to, Action arrives)
    {
        if (from == to)
        {
            arrives();
            return;
        }

        if (from.IsRemoved || to.IsRemoved || _cuts.Contains((from.Place.Name, to.Place.Name)) || world.Faults.LosesMessage())
        {
            return;
        }

        var at = world.Now + world.Faults.MessageLatency();
        if (_last.TryGetValue((from, to), out var last) && last > at)
        {
            at = last;
        }

        _last[(from, to)] = at;
        world.After(at - world.Now, () =>
        {
            if (!to.IsRemoved && !from.IsRemoved)
            {
                to.Do(arrives);
            }
        });
    }
}
