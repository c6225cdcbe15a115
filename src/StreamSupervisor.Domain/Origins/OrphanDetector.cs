using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// Finds streams that SRS publishes for nobody. SRS 6.0.129 to 7.0.150 throw away a source whose first publish is answered late, and 1 of
/// 150 by themselves: the row says active, has players and receives, and players get nothing.
/// </summary>
/// <remarks>
/// It must be so for all of <see cref="LookFinding.Orphaned.LastsFor"/>: SRS samples every 3 s, and a player that has just joined or
/// stands still for a moment is sent nothing either. Told once for each publisher.
/// </remarks>
internal sealed class OrphanDetector(RowReader rows)
{
    private readonly Dictionary<string, Track> _tracks = [];

    private sealed record Track(StreamKey Key, string ClientId, long Sent, long ReceivedAtFirst, TimeSpan Since, bool Told);

    /// <summary>The streams that were published for nobody at the last look.</summary>
    public IEnumerable<StreamKey> Orphans => _tracks.Values.Where(track => track.Told).Select(track => track.Key);

    /// <summary>Takes the rows of a look.</summary>
    public ImmutableArray<LookFinding> Observe(Look look)
    {
        var findings = ImmutableArray.CreateBuilder<LookFinding>();
        var seen = new HashSet<string>();
        foreach (var row in look.Streams)
        {
            if (row is not { Active: true, Clients: > 1, SentBytes: { } sent } || rows.KeyOf(row) is not { } key)
            {
                continue;
            }

            seen.Add(row.Id);
            if (!_tracks.TryGetValue(row.Id, out var track) || track.Sent != sent || track.ClientId != row.PublisherClientId)
            {
                _tracks[row.Id] = new Track(key, row.PublisherClientId, sent, row.ReceivedBytes, look.Seen, Told: false);
            }
            else if (!track.Told && look.Seen - track.Since >= LookFinding.Orphaned.LastsFor
                && row.ReceivedBytes > track.ReceivedAtFirst)
            {
                _tracks[row.Id] = track with { Told = true };
                findings.Add(new LookFinding.Orphaned(key, look.Name(row.PublisherClientId), look.Seen - track.Since, row.Clients));
            }
        }

        foreach (var gone in _tracks.Keys.Where(id => !seen.Contains(id)).ToList())
        {
            _tracks.Remove(gone);
        }

        return findings.DrainToImmutable();
    }
}
