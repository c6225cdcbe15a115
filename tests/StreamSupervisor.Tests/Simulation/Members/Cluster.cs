namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// Who is a member and which member is home to an entity. A home changes when its member is removed, and when shards are moved; who was
/// removed and
/// lives on does not hear of it, and goes on deciding.
/// </summary>
internal sealed class Cluster(World world)
{
    private readonly Dictionary<string, Member> _homes = [];
    private readonly HashSet<string> _moving = [];
    private int _lives;

    public IReadOnlyList<Place> Places { get; } = world.Plan.Places;

    /// <summary>Those that the others know, oldest first.</summary>
    public List<Member> Members { get; } = [];

    public void StartAll()
    {
        foreach (var place in Places)
        {
            Start(place);
        }
    }

    /// <summary>The member that a new hook comes to: any that lives, a zombie and one that hangs too. Null: none listens.</summary>
    public Member? TakesHook()
    {
        var ready = Places.Where(place => place.Life is { IsLeaving: false }
            || (place.Life is null && world.Faults.On && world.Chance(0.1))).ToList();
        return ready.Count == 0 ? null : ready[world.Random.Next(ready.Count)].Life;
    }

    public Member? Any()
    {
        var able = Places.Select(place => place.Life).OfType<Member>().Where(member => !member.IsRemoved).ToList();
        return able.Count == 0 ? null : able[world.Random.Next(able.Count)];
    }

    /// <summary>The home of an entity, as the coordinator says it; null while nobody can say.</summary>
    public Member? HomeOf(string id)
    {
        if (_moving.Contains(id))
        {
            return null;
        }

        if (_homes.TryGetValue(id, out var home))
        {
            // One that has died or hangs is its home until it is removed.
            return home;
        }

        var able = Members.Where(member => !member.IsLeaving).ToList();
        return able.Count == 0 ? null : _homes[id] = able[world.Random.Next(able.Count)];
    }

    /// <summary>
    /// Whether a member waits no longer for a look at a server since the database went back in time, and there was none yet.
    /// </summary>
    public bool WasGivenUp(string server) => Members.Exists(member =>
        member.Hold.NotSwept.Contains(server) && !member.Hold.IsSweeping(world.Age, _ => false));

    /// <summary>Moves an entity as a rebalance does: the old home finishes what is under way, then the next one begins.</summary>
    public void Move(string id)
    {
        if (!_homes.TryGetValue(id, out var home) || !_moving.Add(id))
        {
            return;
        }

        world.Note("cluster", "moves", id, home.Name);
        Forget(id);
        home.Retire(id, () => Moved(id, home));

        // A home that does not answer is not waited for.
        world.After(TimeSpan.FromSeconds(10), () => Moved(id, home));
    }

    /// <summary>Death and everything that follows from it.</summary>
    public void Kill(Member member, TimeSpan? back = null)
    {
        if (member.IsDead)
        {
            return;
        }

        world.Note(member.Name, "dies", "");
        member.Die();
        member.Place.Life = null;
        world.After(world.Between(400, 1_500), () => Remove(member));
        world.After(back ?? world.Between(50, 4_000), () => Start(member.Place));
    }

    /// <summary>The others take it for dead: its entities get a new home. It does not hear of it.</summary>
    public void Remove(Member member)
    {
        if (member.IsRemoved)
        {
            return;
        }

        world.Note(member.Name, "removed", "");
        member.IsRemoved = true;
        Members.Remove(member);
        foreach (var id in _homes.Where(home => home.Value == member).Select(home => home.Key).ToList())
        {
            _homes.Remove(id);
            _moving.Remove(id);
        }

        foreach (var other in Members.ToList())
        {
            world.After(world.Faults.MessageLatency(), () => other.Do(() => other.MemberRemoved(member)));
        }
    }

    /// <summary>SIGTERM: its entities are handed over one by one, then it ends.</summary>
    public void Leave(Member member)
    {
        if (member.IsLeaving || member.IsDead)
        {
            return;
        }

        world.Note(member.Name, "leaves", "");
        member.IsLeaving = true;
        foreach (var id in _homes.Where(home => home.Value == member).Select(home => home.Key).ToList())
        {
            Move(id);
        }

        world.After(TimeSpan.FromSeconds(2), () => Kill(member));
    }

    public void Start(Place place)
    {
        if (place.Life is null)
        {
            place.Life = new Member(world, place, ++_lives);
            Members.Add(place.Life);
            world.Note(place.Life.Name, "starts", "");
            place.Life.Start();
        }
    }

    private void Moved(string id, Member from)
    {
        if (_moving.Remove(id) && _homes.GetValueOrDefault(id) == from)
        {
            _homes.Remove(id);
        }
    }

    private void Forget(string id)
    {
        foreach (var member in Members)
        {
            member.Do(() => member.Regions.Forget(id));
        }
    }
}
