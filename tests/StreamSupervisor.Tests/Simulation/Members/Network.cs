namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// Between members: each message at most once, in its order between two of them and in any order else. Nothing passes to or from a member
/// that the others have removed. What a wire lost that was cut both ways is lost; what it kept that was cut one way arrives when it is
/// repaired.
/// </summary>
internal sealed class Network(World world)
{
    private readonly Dictionary<(Member, Member), DateTimeOffset> _last = [];
    private readonly HashSet<(string, string)> _cuts = [];
    private readonly HashSet<(string, string)> _keeps = [];
    private readonly Queue<(Member From, Member To, Action Arrives)> _kept = [];

    public void Cut(string one, string other)
    {
        _cuts.Add((one, other));
        _cuts.Add((other, one));
    }

    /// <summary>What goes the other way still passes.</summary>
    public void CutOneWay(string from, string to) => _keeps.Add((from, to));

    public void Heal()
    {
        _cuts.Clear();
        _keeps.Clear();
        while (_kept.TryDequeue(out var late))
        {
            Deliver(late.From, late.To, late.Arrives);
        }
    }

    public void Send(Member from, Member to, Action arrives)
    {
        if (from == to)
        {
            arrives();
        }
        else if (_keeps.Contains((from.Place.Name, to.Place.Name)))
        {
            _kept.Enqueue((from, to, arrives));
        }
        else if (!from.IsRemoved && !to.IsRemoved && !_cuts.Contains((from.Place.Name, to.Place.Name)) && !world.Faults.LosesMessage())
        {
            Deliver(from, to, arrives);
        }
    }

    private void Deliver(Member from, Member to, Action arrives)
    {
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
