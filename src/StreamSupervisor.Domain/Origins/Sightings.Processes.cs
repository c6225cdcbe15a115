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
        var process = look.Process;
        foreach (var (belief, heardAt) in beliefs.On(origin))
        {
            if (belief is { Relays.IsEmpty: true, Wedges.IsEmpty: true, Session: { } session }
                && (session.By.Origin != origin || session.By.Session.ServiceId == process.ServiceId))
            {
                continue; // as nearly all are
            }

            // Named by the session's own server id: one that is not configured changes with every start, like the service id.
            IEnumerable<Publisher?> publishers = [belief.Session?.By, .. belief.Relays.Select(relay => relay.By)];
            var there = publishers.OfType<Publisher>().Where(by => by.Origin == origin)
                .Select(by => (by.Session.ServerId, by.Session.ServiceId));
            var ghosts = belief.Wedges.Where(wedge => wedge.Origin == origin).Select(wedge => (wedge.ServerId, wedge.ServiceId));
            foreach (var serverId in there.Concat(ghosts).Where(IsOver).Select(over => over.ServerId).Distinct())
            {
                reports.Add(new StreamReport(belief.Key, new ReportProcessReplaced(serverId, process.ServiceId)));
            }

            bool IsOver((string ServerId, string ServiceId) one) => one.ServiceId != process.ServiceId
                && (known.Superseded.Contains(one.ServiceId)
                    || (heardAt < look.At.Elapsed && (process.IsServer(one.ServerId) || known.HeardFromHooks)));
        }
    }
}
