
namespace StreamSupervisor.Actors.Membership;

/// <content>Who is dead, and what Akka is told of it.</content>
internal sealed partial class StoreMember
{
    private void Judge(IReadOnlyList<MemberRow> rows, MemberRow self)
    {
        foreach (var other in rows.Where(row => row.IsAlive && row.Number != self.Number))
        {
            if (_deaths.MissesSession(other))
            {
                _deaths.Probed(other, PortProbe.Refuses(other.Identity.Advertised, MembershipSettings.ProbeTimeout));
                if (_deaths.Suspects(other))
                {
                    BeWatchful();
                }
            }

            var evidence = IsPredecessor(other, self) ? DeathEvidence.Replaced : _deaths.EvidenceAgainst(other);
            if (evidence != DeathEvidence.None && _table.Condemn(other, evidence, Sentence(evidence)))
            {
                _membership.Metrics.Condemned();
                _log.LogWarning("Member {Name} is dead: {Why} Its stream keys go to those who are left.", other, Sentence(evidence));
                ExecuteTheDead([other with { State = MemberState.Dead }]);
            }
        }
    }

    /// <summary>Nobody else can listen where this member does. One that was given the same address by mistake has a session.</summary>
    private static bool IsPredecessor(MemberRow other, MemberRow self) =>
        other.Number < self.Number && other.Identity.Advertised == self.Identity.Advertised && !other.HasSession;

    private string Sentence(DeathEvidence evidence) => evidence switch
    {
        DeathEvidence.LeaseOver => $"its lease was over ({_self.Name} says so).",
        DeathEvidence.ProcessGone => $"its session at the database was gone and its port refused connections ({_self.Name} says so).",
        DeathEvidence.Replaced => $"{_self.Name} listens at its address now.",
        _ => $"{_self.Name} says so.",
    };

    /// <summary>With every look, until Akka's cluster has removed them.</summary>
    private void ExecuteTheDead(IEnumerable<MemberRow> rows)
    {
        foreach (var dead in rows.Where(row => row.State == MemberState.Dead))
        {
            if (_cluster.State.Members.Any(member => member.UniqueAddress.Equals(dead.Identity.UniqueAddress)))
            {
                Context.System.EventStream.Publish(new MemberCondemned(dead.Identity.UniqueAddress));
            }
        }
    }
}
