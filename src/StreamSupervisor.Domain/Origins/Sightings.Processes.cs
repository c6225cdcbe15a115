using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <content>Sessions of processes that are over.</content>
public sealed partial class Sightings
{
    /// <summary>
    /// Tells every session of an earlier process that it is over. A session that our knowledge of the server does not fit is only meant
    /// if it was believed before the look began: another member may have admitted it in a process that is newer than what was seen. And
    /// not on the API's word alone where that names another server: its address may be wrong.
    /// </summary>
    private void EndOlderProcesses(Look look, BeliefBook beliefs, OriginSnapshot known, List<StreamReport> reports)
    {
        foreach (var entry in beliefs.On(origin))
        {
            // Nearly all have a session of the process that was looked at and nothing else: for them nothing is allocated.
            if (entry.Belief is not { Relays.IsEmpty: true, Wedges.IsEmpty: true, Session.By: { } by }
                || (by.Origin == origin && by.Session.ServiceId != look.Process.ServiceId))
            {
                reports.AddRange(Over(look, entry, known));
            }
        }
    }

    private IEnumerable<StreamReport> Over(Look look, BeliefBook.Entry entry, OriginSnapshot known)
    {
        var (process, belief) = (look.Process, entry.Belief);

        // Named by the session's own server id: one that is not configured changes with every start, like the service id.
        IEnumerable<Publisher?> publishers = [belief.Session?.By, .. belief.Relays.Select(relay => relay.By)];
        var there = publishers.OfType<Publisher>().Where(by => by.Origin == origin)
            .Select(by => (by.Session.ServerId, by.Session.ServiceId));
        var ghosts = belief.Wedges.Where(wedge => wedge.Origin == origin).Select(wedge => (wedge.ServerId, wedge.ServiceId));
        return there.Concat(ghosts).Where(IsOver).Distinct()
            .Select(over => new StreamReport(belief.Key, new ReportProcessReplaced(over.ServerId, process.ServiceId, over.ServiceId)));

        bool IsOver((string ServerId, string ServiceId) one) => one.ServiceId != process.ServiceId
            && (known.Superseded.Contains(one.ServiceId)
                || (entry.HeardAt < look.At.Elapsed && (process.IsServer(one.ServerId) || known.HeardFromHooks)));
    }
}
