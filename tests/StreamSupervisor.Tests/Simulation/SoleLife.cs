using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>The life of a supervisor that is alone with its store.</summary>
internal sealed class SoleLife : Life
{
    private readonly SoleOwner _owner;

    public SoleLife(World world, Member member, int number) : base(world, member, number)
    {
        var store = world.Store.Open($"life {number}");
        var epoch = store.TakeAll();
        var journal = new WorldJournal(world, this, store);
        (_owner, Supervisor) = Process.Inside(() =>
        {
            var owner = new SoleOwner(journal, epoch, Time, world.Log);
            return (owner, new Supervisor(Parts(journal, owner)));
        });
        Do(() => _ = StartAsync());
    }

    public override Supervisor Supervisor { get; }

    public override void Dispose()
    {
        base.Dispose();
        _owner.Dispose();
    }

    private async Task StartAsync()
    {
        await _owner.OwnAllAsync(Supervisor.Host, CancellationToken.None);
        _ = Supervisor.StartSweeping();
    }
}
