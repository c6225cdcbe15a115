using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Coordination;

namespace StreamSupervisor.Actors.Membership;

/// <summary>Hands the table of members to what Akka creates by the name of its type.</summary>
internal sealed class MembershipSetup(MemberTable table, Guid incarnation) : Setup
{
    public MemberTable Table => table;

    public Guid Incarnation => incarnation;
}

/// <summary>
/// A lease of Akka's split brain resolver as a row in PostgreSQL. Its holder keeps it for as long as its own beat lasts, so nothing is renewed here, and
/// a holder that is dead holds it up for one <c>cluster.lease.ttl</c> at most.
/// </summary>
/// <param name="settings">Akka's.</param>
/// <param name="system">With a <see cref="MembershipSetup"/>.</param>
public sealed class PostgresLease(LeaseSettings settings, ExtendedActorSystem system) : Lease(settings)
{
    private readonly MembershipSetup _member = system.Settings.Setup.Get<MembershipSetup>().Value;
    private volatile bool _held;

    public override Task<bool> Acquire() => Acquire(_ => { });

    /// <summary>A database that does not answer is no lease: this side of a partition then gives way.</summary>
    public override Task<bool> Acquire(Action<Exception> leaseLostCallback) => Task.Run(() =>
    {
        try
        {
            return _held = _member.Table.TakeLease(Settings.LeaseName, _member.Incarnation);
        }
        catch (MemberTableSilentException silent)
        {
            throw new LeaseException(silent.Message, silent);
        }
    });

    public override Task<bool> Release() => Task.Run(() =>
    {
        _held = false;
        _member.Table.ReleaseLease(Settings.LeaseName, _member.Incarnation);
        return true;
    });

    public override bool CheckLease() => _held;
}
