using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Management;

/// <content>
/// Leave and Down. Both are safe whenever they are given: two owners of a key cannot both write. So what is refused here is refused for
/// what it costs, and <c>force=true</c> insists.
/// </content>
internal static partial class ClusterEndpoints
{
    private static async Task<IResult> OrderAsync(ClusterContext cluster, ILogger logger, HttpContext call, string address)
    {
        var order = await ClusterOrder.ReadAsync(call);
        return await CarryOutAsync(cluster, logger, call.Features.Get<ApiCaller>()!, address, order);
    }

    private static Task<IResult> LeaveByDeleteAsync(ClusterContext cluster, ILogger logger, HttpContext call, string address)
    {
        call.Request.Query.AllowOnly("force");
        var force = call.Request.Query.OneOf("force", ["true", "false"]) == "true";
        return CarryOutAsync(cluster, logger, call.Features.Get<ApiCaller>()!, address, new ClusterOrder(IsDown: false, force));
    }

    /// <summary>Has an order carried out, or says why not.</summary>
    internal static async Task<IResult> CarryOutAsync(ClusterContext cluster, ILogger logger, ApiCaller caller, string address,
        ClusterOrder order)
    {
        if (order.Force && !caller.IsAdmin)
        {
            // Without it an order is refused where it takes work from a member that does it, or the last one away.
            return new ProblemResult(ApiGate.RoleTooLow(caller, ApiRole.Admin) with { Field = "force" });
        }

        var report = Report(cluster);
        var member = Find(report, address);
        if (cluster.IsAlone)
        {
            return new ProblemResult(
                Problems.Alone.Of("This supervisor is alone with its database file: nobody can take over from it. To end it, "
                + "stop its process (SIGTERM); it finishes what it has begun."));
        }

        try
        {
            return order.IsDown
                ? await DownAsync(cluster, logger, caller, member, order)
                : await LeaveAsync(cluster, logger, caller, member, report, order);
        }
        catch (MemberTableSilentException silent)
        {
            logger.LogWarning("The database did not take the order about {Member}: {Why}", member.Name, silent.Message);
            return new ProblemResult(Problems.StoreUnavailable.Of(
                "The database did not answer in time. Try again; giving the order twice is safe."));
        }
    }

    private static async Task<IResult> LeaveAsync(ClusterContext cluster, ILogger logger, ApiCaller caller, MemberSighting member,
        MembershipReport report, ClusterOrder order)
    {
        var stays = report.Members.Any(other => other.Incarnation != member.Incarnation
            && other is { State: MemberState.Active, Reachable: true });
        if (!stays && !order.Force)
        {
            return new ProblemResult(Problems.LastMember.Of(
                $"{member.Name} is the last member that answers: without it no hook is answered until another "
                + "joins. Start another first, or send force=true.", "force"));
        }

        if (!await cluster.LeaveAsync(member.Incarnation))
        {
            return Gone(member);
        }

        var by = caller.Named(order.By);
        cluster.Record(member.Name, new RecordOrder("leave", by, order.Why));
        logger.LogWarning("{Caller} asked {Member} ({Node}, incarnation {Id}) to leave: it hands its shards over and its process ends.",
            by, member.Name, member.Address, member.Incarnation);
        return Json(new ClusterOrderResult($"Leaving {member.Address}", member.Address, member.Incarnation));
    }

    private static async Task<IResult> DownAsync(ClusterContext cluster, ILogger logger, ApiCaller caller, MemberSighting member,
        ClusterOrder order)
    {
        if (member.Reachable && !order.Force)
        {
            return new ProblemResult(Problems.MemberAlive.Of(
                $"{member.Name} is heard by the others. operation=Leave lets it hand its shards over first, and "
                + "refuses nobody. force=true declares it dead all the same: it stops at once, its process ends, and those who wait in it "
                + "ask again.", "force"));
        }

        var by = caller.Named(order.By);
        if (!await cluster.DownAsync(member.Incarnation, by))
        {
            return Gone(member);
        }

        cluster.Record(member.Name, new RecordOrder("down", by, order.Why));
        logger.LogWarning("{Caller} declared {Member} ({Node}, incarnation {Id}) dead: its shards go to the others.",
            by, member.Name, member.Address, member.Incarnation);
        return Json(new ClusterOrderResult($"Downing {member.Address}", member.Address, member.Incarnation));
    }

    private static ProblemResult Gone(MemberSighting who) => new(Problems.MemberUnknown.Of(
        $"address: {who.Name} (incarnation {who.Incarnation}) has left or was declared dead meanwhile. Nothing is left to do.", "address"));
}
