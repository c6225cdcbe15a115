using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// Finds streams that SRS publishes for nobody. SRS 6.0.129 to 7.0.150 throw away a source whose first publish is answered late, and 1 of
/// 150 by themselves: the row says active, has players and receives, and players get nothing.
/// <para>
/// In an origin cluster no player stays there to be seen: SRS asks its coworkers where a stream is whose source has no publisher, so a
/// server that asks for what its own row says is active has thrown its source away.
/// </para>
/// </summary>
/// <remarks>
/// It must be so for all of <see cref="LookFinding.Orphaned.LastsFor"/>: SRS samples every 3 s, and a player that has just joined or
/// stands still for a moment is sent nothing either; and a publisher that has just come or gone is asked for once. Told once for each
/// publisher.
/// </remarks>
internal sealed class OrphanDetector(RowReader rows)
{
    /// <summary>An edge asks every 3 s for as long as anybody waits there.</summary>
    private static readonly TimeSpan AsksWithin = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Track> _tracks = [];

    /// <summary>Who is believed to publish what the server asked for, and when it asked last.</summary>
    private readonly Dictionary<StreamKey, (SessionId By, TimeSpan At)> _asked = [];

    private sealed record Track(StreamKey Key, string ClientId, long Sent, long ReceivedAtFirst, TimeSpan Since, bool Told);

    /// <summary>The streams that were published for nobody at the last look.</summary>
    public IEnumerable<StreamKey> Orphans => _tracks.Values.Where(track => track.Told).Select(track => track.Key);

    /// <summary>The server has asked where a stream is that this session is believed to publish there.</summary>
    public void AskedForItsOwn(StreamKey key, SessionId by, TimeSpan at) => _asked[key] = (by, at);

    /// <summary>Takes the rows of a look.</summary>
    public ImmutableArray<LookFinding> Observe(Look look)
    {
        foreach (var key in _asked.Where(asked => look.Seen - asked.Value.At >= AsksWithin).Select(asked => asked.Key).ToList())
        {
            _asked.Remove(key);
        }

        var findings = ImmutableArray.CreateBuilder<LookFinding>();
        var seen = new HashSet<string>();
        foreach (var row in look.Streams)
        {
            if (row is not { Active: true, SentBytes: { } counted } || rows.KeyOf(row) is not { } key)
            {
                continue;
            }

            SessionId? asked = _asked.TryGetValue(key, out var question) ? question.By : null;
            if (row.Clients <= 1 && asked is null)
            {
                continue;
            }

            // Who comes to play and is sent on is counted as well, so an edge that asks again and again makes bytes.
            var sent = asked is null ? counted : 0;
            seen.Add(row.Id);
            if (!_tracks.TryGetValue(row.Id, out var track) || track.Sent != sent || track.ClientId != row.PublisherClientId)
            {
                _tracks[row.Id] = new Track(key, row.PublisherClientId, sent, row.ReceivedBytes, look.Seen, Told: false);
            }
            else if (!track.Told && look.Seen - track.Since >= LookFinding.Orphaned.LastsFor
                && row.ReceivedBytes > track.ReceivedAtFirst)
            {
                _tracks[row.Id] = track with { Told = true };
                findings.Add(new LookFinding.Orphaned(key, asked ?? look.Name(row.PublisherClientId), look.Seen - track.Since));
            }
        }

        foreach (var gone in _tracks.Keys.Where(id => !seen.Contains(id)).ToList())
        {
            _tracks.Remove(gone);
        }

        return findings.DrainToImmutable();
    }
}
