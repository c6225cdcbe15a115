using StreamSupervisor.Server.Api;
using StreamSupervisor.Cluster.Membership;

namespace StreamSupervisor.Server.Management;

/// <content>
/// Leave and Down. Both are safe whenever they are given: a member that is drained or declared dead too early loses its shards to others under
/// higher epochs, and what it still writes is fenced. So what is refused here is refused for what it costs, and <c>force=true</c> insists.
/// </content>
internal static partial class ClusterEndpoints
{
    /// <summary>A member that beats between the look and the declaration is looked at again.</summary>
    private const int Attempts = 3;

    private static async Task<IResult> OrderAsync(ClusterContext cluster, ILogger logger, HttpContext call, string address)
    {
        var order = await ClusterOrder.ReadAsync(call);
        var caller = call.Features.Get<ApiCaller>()!;
        if (cluster.Membership is not { } membership)
        {
            _ = Find(cluster.Members, address);
            return new ProblemResult(Problems.Alone.Of(
                "This supervisor is alone with its database file: nobody can take over from it. To end it, stop its process (SIGTERM); it finishes what it has begun."));
        }

        return order.IsDown
            ? await DownAsync(membership, logger, caller, address, order.Force, call.RequestAborted)
            : await LeaveAsync(membership, logger, caller, address, order.Force, call.RequestAborted);
    }

    private static async Task<IResult> LeaveAsync(IMembershipStore membership, ILogger logger, ApiCaller caller, string address, bool force, CancellationToken cancellation)
    {
        var members = await membership.LookAsync(cancellation);
        var who = Find(members, address).Identity;
        var stays = members.Any(member => member.Identity.Id != who.Id && member is { State: MemberState.Active, LeaseExpired: false });
        if (!stays && !force)
        {
            return new ProblemResult(Problems.LastMember.Of(
                $"{who.Name} is the last member that answers: without it no hook is answered until another joins. Start another first, or send force=true.", "force"));
        }

        if (!await membership.DrainAsync(who.Id, cancellation))
        {
            return Gone(who);
        }

        logger.LogWarning("{Caller} asked {Member} ({Node}, incarnation {Id}) to leave: it hands its shards over and its process ends.",
            caller.Name, who.Name, who.BaseUrl, who.Id);
        return Json(new ClusterOrderResult($"Leaving {who.BaseUrl}", who.BaseUrl, who.Id));
    }

    private static async Task<IResult> DownAsync(IMembershipStore membership, ILogger logger, ApiCaller caller, string address, bool force, CancellationToken cancellation)
    {
        var first = Find(await membership.LookAsync(cancellation), address);
        var who = first.Identity;
        var seen = first;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            // Unless told to, the store itself finds the lease over, in the statement that declares: between our look and that it may beat again.
            if (await membership.DeclareDeadAsync(who.Id, seen.Beat, force ? DeathEvidence.Operator : DeathEvidence.LeaseExpired, cancellation))
            {
                logger.LogWarning("{Caller} declared {Member} ({Node}, incarnation {Id}) dead: its shards go to the others, and what it still writes is fenced.",
                    caller.Name, who.Name, who.BaseUrl, who.Id);
                return Json(new ClusterOrderResult($"Downing {who.BaseUrl}", who.BaseUrl, who.Id));
            }

            if ((await membership.LookAsync(cancellation)).FirstOrDefault(member => member.Identity.Id == who.Id) is not { } again)
            {
                return Gone(who);
            }

            seen = again;
        }

        return new ProblemResult(Problems.MemberAlive.Of(
            $"{who.Name} still renews its lease (beat {seen.Beat}). operation=Leave lets it hand its shards over first, and refuses nobody. "
            + "force=true declares it dead all the same: it stops at once, its process ends, and those who wait in it ask again.", "force"));
    }

    private static ProblemResult Gone(MemberIdentity who) => new(Problems.MemberUnknown.Of(
        $"address: {who.Name} (incarnation {who.Id}) has left or was declared dead meanwhile. Nothing is left to do.", "address"));
}
