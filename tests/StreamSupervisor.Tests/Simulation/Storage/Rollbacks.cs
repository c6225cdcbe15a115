using StreamSupervisor.Domain.Stores;
using StreamSupervisor.Tests.Simulation.Members;

namespace StreamSupervisor.Tests.Simulation.Storage;

/// <summary>
/// What a database says of its own past, and what of it goes back with everything else: how many beats of each member it has taken, and its
/// epoch.
/// </summary>
internal sealed class Rollbacks(World world)
{
    private readonly Dictionary<string, List<TimeSpan>> _beats = [];
    private readonly List<(TimeSpan At, StoreHistory History)> _histories = [];
    private readonly HashSet<string> _remembering = [];
    private int _timeline = 1;

    /// <summary>How often another server took its place.</summary>
    public int Count { get; private set; }

    public string Identity => $"7/{_timeline}";

    private StoreHistory? Recorded => _histories.Count == 0 ? null : _histories[^1].History;

    /// <summary>A member beats, and is told what it was before.</summary>
    public StoreSighting Beat(string member)
    {
        if (Recorded is null)
        {
            // It was there before this world began.
            _histories.Add((TimeSpan.MinValue, new StoreHistory(0, Identity)));
        }

        long? before = null;
        if (_beats.TryGetValue(member, out var beats))
        {
            before = beats.Count == 0 ? null : beats.Count;
        }
        else
        {
            _beats[member] = beats = [];
            before = 0;
        }

        beats.Add(world.Age);
        return new StoreSighting(Recorded, Identity, before, Recorded!.Epoch > world.Age.TotalSeconds - 15);
    }

    public StoreHistory Raise(long above)
    {
        if (Recorded is not { } recorded || recorded.Epoch <= above || recorded.Identity != Identity)
        {
            _histories.Add((world.Age, new StoreHistory(
                Math.Max(Math.Max(above, Recorded?.Epoch ?? 0) + 1, (long)world.Age.TotalSeconds), Identity)));
        }

        return Recorded!;
    }

    /// <param name="isPromoted">
    /// A standby begins another timeline; a plain copy of the files does not, unless nobody is left who remembers a beat that it has lost:
    /// that can't be known, so it does not happen here.
    /// </param>
    public void RollBack(TimeSpan to, bool isPromoted)
    {
        _histories.RemoveAll(one => one.At > to);
        _remembering.Clear();
        if (!isPromoted)
        {
            _remembering.UnionWith(world.Plan.Places.Select(place => place.Life).OfType<Member>()
                .Where(member => member is { IsRemoved: false, IsPaused: false } && _beats.GetValueOrDefault(member.Name)?.Exists(at => at > to) == true)
                .Select(member => member.Name));
            isPromoted = _remembering.Count == 0;
        }

        foreach (var beats in _beats.Values)
        {
            beats.RemoveAll(at => at > to);
        }

        _timeline += isPromoted ? 1 : 0;
        Count++;
    }

    /// <summary>A member has beaten since: it has told the others.</summary>
    public void Seen(Member member)
    {
        if (_remembering.Contains(member.Name))
        {
            _remembering.Clear();
        }
    }

    /// <summary>A member dies before it could tell anybody.</summary>
    public void Forgotten(Member member)
    {
        if (_remembering.Remove(member.Name) && _remembering.Count == 0)
        {
            _timeline++;
        }
    }
}
