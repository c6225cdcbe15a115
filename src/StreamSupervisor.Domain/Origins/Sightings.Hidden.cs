namespace StreamSupervisor.Domain.Origins;

/// <content>Publishers that <c>/streams</c> does not show as active.</content>
public sealed partial class Sightings
{
    /// <summary>
    /// Clients that publish a key of which no row is active, and have sent media. An attempt that waits in <c>on_publish</c> is listed as
    /// publishing too, with the bytes of its handshake (recorded on SRS 5 and 6; 7.0.18 does not list it); of two that are listed one may
    /// be on air and the other wait for its place. One that publishes for the second time has bytes of the first: it may be told while it
    /// waits, and is decided on when its question comes. A publisher of the last seconds, whose bytes are not counted yet, is found by a
    /// later look. SRS 4 counts no bytes of a client, and lists none that waits.
    /// </summary>
    private IEnumerable<StreamReport> Hidden(Pending pending, LookAnswer.Clients clients)
    {
        var shown = pending.Look.Streams.Where(row => row.Active).Select(rows.KeyOf).ToHashSet();
        var countsBytes = pending.Look.Process.Version.Major >= 5;
        var hidden = clients.Found.Where(client => client is { Publishing: true, NamedKey: not null }
                && (client.ReceivedBytes > SilenceTrack.BeyondWords || !countsBytes))
            .DistinctBy(client => client.Id)
            .GroupBy(client => rows.EffectiveKeyOf(client.NamedKey!.Value));
        foreach (var key in hidden.Where(key => !shown.Contains(key.Key)))
        {
            foreach (var client in key.Where(client => IsStranger(pending.Beliefs, key.Key, pending.Look.Name(client.Id), pending.All)))
            {
                yield return Seen(key.Key, pending, client);
            }
        }
    }
}
