using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>
/// Notes what servers and members are in now, again and again, on the member that sends, which sees what all see; the store keeps the
/// changes. So a change is told though the member that saw it first died, unless it was over before anybody looked (a second).
/// </summary>
internal sealed class NoticeWatch(SupervisorSystem system)
{
    /// <summary>What was noted last, so that a state that stays is not written each time.</summary>
    private readonly Dictionary<string, NoticeKind> _noted = [];

    /// <summary>One look.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer; look again.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        foreach (var origin in system.Directory.All.Select(one => one.Snapshot))
        {
            if (KindOf(origin) is var kind and not NoticeKind.None)
            {
                await NoteAsync($"origin/{origin.Name}", kind, origin.Name,
                    kind == NoticeKind.OriginUp ? "" : origin.WhyLockedOut ?? origin.LastError ?? "", cancellation);
            }
        }

        // A supervisor alone has no table of members, and nobody who could join or die beside it.
        var report = system.Membership.View.Report();
        foreach (var member in report.Members.Where(one => one.BeatAge is not null && one.State == MemberState.Active))
        {
            await NoteAsync($"member/{member.Incarnation}", NoticeKind.MemberJoined, member.Name, "", cancellation);
        }

        foreach (var member in report.Ended)
        {
            var kind = member.State == MemberState.Left ? NoticeKind.MemberLeft : NoticeKind.MemberDead;
            await NoteAsync($"member/{member.Incarnation}", kind, member.Name, member.Why, cancellation);
        }
    }

    private async Task NoteAsync(string subject, NoticeKind kind, string name, string why, CancellationToken cancellation)
    {
        if (_noted.GetValueOrDefault(subject) != kind)
        {
            await system.Notices.NoteAsync(subject, kind, name, why, cancellation);
            _noted[subject] = kind;
        }
    }

    /// <summary>One that is suspect is still what it was; one that nobody has asked is nothing yet.</summary>
    internal static NoticeKind KindOf(OriginSnapshot origin) => origin switch
    {
        { WhyLockedOut: not null } => NoticeKind.OriginLockedOut,
        { Status: OriginStatus.Up } => NoticeKind.OriginUp,
        { Status: OriginStatus.Down } => NoticeKind.OriginDown,
        _ => NoticeKind.None,
    };
}
