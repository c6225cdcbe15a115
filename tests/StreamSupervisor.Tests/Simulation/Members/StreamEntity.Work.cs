using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Storage;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>What follows from the state: children, the one timer, the snapshot and the way out of memory.</content>
internal sealed partial class StreamEntity
{
    private readonly SortedDictionary<string, Work> _children = new(StringComparer.Ordinal);
    private Scheduled? _wakes;

    /// <summary>As the product's: a clock may be set back meanwhile.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    /// <summary>Makes children and timer fit the durable state: after a recovery the same as after a decision.</summary>
    private void AfterChange()
    {
        var work = world.Rules.Carries(LiveStream.OpenWork(_durable));
        foreach (var name in _children.Keys.Where(name => !work.Any(one => one.Name == name)).ToList())
        {
            _children.Remove(name, out var child);
            child!.Stop();
        }

        foreach (var one in work)
        {
            if (!_children.ContainsKey(one.Name))
            {
                _children[one.Name] = Child(one);
                _children[one.Name].Begin();
            }
        }

        _wakes?.Cancel();
        if (LiveStream.WakeAt(_durable) is { } at)
        {
            var delay = at - member.Now;
            _wakes = member.After(delay < LongestDelay ? delay : LongestDelay, () => Tell(Wake.Instance));
        }

        member.Changed(key, _durableSequence, _durable);
        if (++_sinceSnapshot >= world.Plan.SnapshotEvery)
        {
            _sinceSnapshot = 0;
            var snapshot = new Recovered(_durable, _durableSequence);
            world.After(world.Faults.StoreLatency(), () =>
            {
                if (!world.Database.IsDown)
                {
                    world.Database.Save(key, snapshot);
                }
            });
        }

        Passivate();
    }

    private void Passivate()
    {
        _passivates?.Cancel();
        if (LiveStream.IsIdle(_durable)
            || (world.Plan.Rests && LiveStream.WakeAt(_durable) is null && LiveStream.OpenWork(_durable).Count == 0))
        {
            _passivates = member.After(PassivatesAfter, () =>
            {
                if (!_stopped && _writing == 0)
                {
                    Stop("idle");
                }
            });
        }
    }

    private Work Child(LiveStreamWork work) => work switch
    {
        EvictSession evict => new EvictionWork(world, member, this, evict),
        CheckSession check => new CheckWork(world, member, this, check),
        SearchForPublishers search => new SearchWork(world, member, this, search),
        _ => throw new InvalidOperationException(work.Name),
    };

    private void StopChildren()
    {
        foreach (var child in _children.Values)
        {
            child.Stop();
        }

        _children.Clear();
        _wakes?.Cancel();
    }
}
