using Refit;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Srs.Api;

/// <summary>Lists over all pages, and the names behind SRS's internal ids.</summary>
internal sealed partial class SrsApiClient
{
    public async Task<SrsAnswer<IReadOnlyList<StreamRow>>> GetStreamsAsync(CancellationToken cancellation)
    {
        var (rows, envelope) = await GetPagesAsync<StreamsWire, StreamWire>(_api.GetStreamsAsync, row => row.Id, cancellation);
        var vhosts = await VhostsAsync(rows, cancellation);
        var streams = new List<StreamRow>(rows.Count);
        foreach (var row in rows)
        {
            // A vhost that even a fresh list does not know was removed by a reload; its id is as good a name as any for a row that nobody
            // asks about.
            var (app, name) = SrsPath.Split(row.App, row.Name);
            streams.Add(new StreamRow(row.Id, vhosts.GetValueOrDefault(row.Vhost, row.Vhost), app, name,
                row.Publish?.Active ?? false, row.Publish?.Cid ?? "", row.ReceivedBytes, row.Clients)
            {
                ReceivedKbps = row.Kbps?.Received ?? 0,
                SentBytes = row.SentBytes,
                HasMedia = row.Video is null && row.Audio is null ? null : row.Video == true || row.Audio == true,
            });
        }

        return Answer<IReadOnlyList<StreamRow>>(streams, envelope);
    }

    public async Task<SrsAnswer<IReadOnlyList<ClientRow>>> GetClientsAsync(CancellationToken cancellation)
    {
        var (rows, envelope) = await GetPagesAsync<ClientsWire, ClientWire>(_api.GetClientsAsync, row => row.Id, cancellation);
        return Answer<IReadOnlyList<ClientRow>>(rows.ConvertAll(ClientOf), envelope);
    }

    private static ClientRow ClientOf(ClientWire row) =>
        new(row.Id, row.Vhost, row.Stream, row.Ip, row.Url, row.Type, row.Publish, row.Alive, row.ReceivedBytes);

    private delegate Task<IApiResponse<TPage>> PageRequest<TPage>(int start, int count, SrsCall call, CancellationToken cancellation);

    /// <summary>
    /// All rows once each, in SRS's order; the last copy of a row that came twice. Pages are cut from a moving map: rows can come twice
    /// (31 of 600 measured under churn, none was missed), so it is asked for until a page is not full.
    /// </summary>
    private async Task<(List<TRow> Rows, SrsEnvelope Envelope)> GetPagesAsync<TPage, TRow>(PageRequest<TPage> request,
        Func<TRow, string> idOf, CancellationToken cancellation)
        where TPage : PageWire<TRow>
    {
        var rows = new List<TRow>();
        var places = new Dictionary<string, int>();
        var start = 0;
        while (true)
        {
            var count = Math.Min(connection.Options.RowsPerPage, SrsApiOptions.MaxRows - start);
            var (page, call) = await SendAsync((call, token) => request(start, count, call, token), cancellation);
            if (page.Code != 0 || page.Rows is not { } found)
            {
                throw Unusable(call, $"answered code {page.Code} and no rows");
            }

            var known = rows.Count;
            foreach (var row in found)
            {
                if (places.TryGetValue(idOf(row), out var place))
                {
                    rows[place] = row;
                }
                else
                {
                    places.Add(idOf(row), rows.Count);
                    rows.Add(row);
                }
            }

            // On from what came, not from what was asked for: a proxy or a fork may cut pages shorter, and 7.0.107+ says how many there
            // are.
            start += found.Count;
            if (found.Count < count && !(page.Total > start))
            {
                return (rows, page);
            }

            if (rows.Count == known)
            {
                return (rows, page); // Nothing new: whoever answers does not look at `start`, and would answer the same for ever.
            }

            if (start >= SrsApiOptions.MaxRows)
            {
                throw Unusable(call, $"has more than {SrsApiOptions.MaxRows} rows");
            }
        }
    }

    /// <summary>Names of vhosts by SRS's ids, asked for again when a row names one that is not known.</summary>
    private async Task<IReadOnlyDictionary<string, string>> VhostsAsync(List<StreamWire> rows, CancellationToken cancellation)
    {
        var known = memory.Vhosts;
        if (rows.TrueForAll(row => known.ContainsKey(row.Vhost)))
        {
            return known;
        }

        var (vhosts, _) = await GetPagesAsync<VhostsWire, VhostWire>(_api.GetVhostsAsync, row => row.Id, cancellation);
        var names = new Dictionary<string, string>(vhosts.Count);
        foreach (var vhost in vhosts)
        {
            names[vhost.Id] = vhost.Name.Length > 0 ? vhost.Name : StreamKey.DefaultVhost;
        }

        return memory.Vhosts = names;
    }

    /// <summary>
    /// SRS 4 has no service id. The kernel's start time of its process (<c>/self_proc_stats</c>) is exact and the same for everyone who
    /// asks.
    /// What <c>/summaries</c> gives (now minus an uptime in whole seconds) is an estimate; it stands in where the system has no such
    /// figure.
    /// </summary>
    private async Task<OriginProcess> NameOldProcessAsync(string server, SrsVersion version, CancellationToken cancellation)
    {
        var seenExact = false;
        try
        {
            var (exact, _) = await SendAsync(_api.GetSelfProcessAsync, cancellation);
            if (exact is { Code: 0, Data: { StartTime: > 0, Pid.Length: > 0 } process })
            {
                return new OriginProcess(server, $"{process.Pid}:{process.StartTime}", process.Pid, version);
            }

            seenExact = exact is { Code: 0, Data: not null };
        }
        catch (SrsUnreachableException)
        {
            // Not every build has it; when the server itself is away, the next call says so.
        }

        var (summaries, call) = await SendAsync(_api.GetSummariesAsync, cancellation);
        if (summaries.Data is not { NowMs: > 0, Self: { Pid.Length: > 0 } self } data)
        {
            throw Unusable(call, "did not name its process");
        }

        // Both figures are sampled; before the first sample (a second or so) the exact one is 0 and an estimate would be a second name.
        if (seenExact && self.UptimeSeconds < 10)
        {
            throw Unusable(call, "has only just started");
        }

        return new OriginProcess(
            server, $"{self.Pid}:{memory.StartOf(self.Pid, data.NowMs / 1000 - self.UptimeSeconds)}", self.Pid, version);
    }
}
