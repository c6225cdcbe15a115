using Refit;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Srs.Api;

/// <summary>Lists over all pages, and the names behind SRS's internal ids.</summary>
internal sealed partial class SrsApiClient
{
    public async Task<SrsAnswer<IReadOnlyList<StreamRow>>> GetStreamsAsync(CancellationToken cancellation)
    {
        var (vhosts, areFresh, app) = (memory.Vhosts, false, "");
        var (rows, envelope) = await GetPagesAsync<StreamsWire, StreamWire, StreamRow>(_api.GetStreamsAsync, row => row.Id,
            async page =>
            {
                if (!areFresh && !page.TrueForAll(row => vhosts.ContainsKey(row.Vhost)))
                {
                    (vhosts, areFresh) = (await VhostsAsync(cancellation), true);
                }

                return StreamOf;
            }, cancellation);
        return Answer<IReadOnlyList<StreamRow>>(rows, envelope);

        StreamRow StreamOf(StreamWire row)
        {
            // Most servers have one app: its name is kept once and not once for each row.
            var (named, name) = SrsPath.Split(row.App, row.Name);
            app = named == app ? app : named;

            // A vhost that even a fresh list does not know was removed by a reload; its id is as good a name as any for a row that nobody
            // asks about.
            return new StreamRow(row.Id, vhosts.GetValueOrDefault(row.Vhost, row.Vhost), app, name,
                row.Publish?.Active ?? false, row.Publish?.Cid ?? "", row.ReceivedBytes, row.Clients)
            {
                ReceivedKbps = row.Kbps?.Received ?? 0,
                SentBytes = row.SentBytes,
                HasMedia = row.Video is null && row.Audio is null ? null : row.Video == true || row.Audio == true,
            };
        }
    }

    public async Task<SrsAnswer<IReadOnlyList<ClientRow>>> GetClientsAsync(CancellationToken cancellation)
    {
        var (rows, envelope) = await GetPagesAsync<ClientsWire, ClientWire, ClientRow>(_api.GetClientsAsync, row => row.Id,
            _ => ValueTask.FromResult<Func<ClientWire, ClientRow>>(ClientOf), cancellation);
        return Answer<IReadOnlyList<ClientRow>>(rows, envelope);
    }

    private static ClientRow ClientOf(ClientWire row) =>
        new(row.Id, row.Vhost, row.Stream, row.Ip, row.Url, row.Type, row.Publish, row.Alive, row.ReceivedBytes);

    private delegate Task<IApiResponse<TPage>> PageRequest<TPage>(int start, int count, SrsCall call, CancellationToken cancellation);

    /// <summary>
    /// All rows once each, in SRS's order; the last copy of a row that came twice. Pages are cut from a moving map: rows can come twice
    /// (31 of 600 measured under churn, none was missed), so it is asked for until a page is not full. Of a page only what is read off its
    /// rows is kept when the next one comes: of 100,000 streams that is a third of what is on the wire.
    /// </summary>
    /// <param name="reader">Looks at the rows of a page and says how each is read.</param>
    private async Task<(List<TRow> Rows, SrsEnvelope Envelope)> GetPagesAsync<TPage, TWire, TRow>(PageRequest<TPage> request,
        Func<TWire, string> idOf, Func<List<TWire>, ValueTask<Func<TWire, TRow>>> reader, CancellationToken cancellation)
        where TPage : PageWire<TWire>
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
            var read = await reader(found);
            foreach (var row in found)
            {
                if (places.TryGetValue(idOf(row), out var place))
                {
                    rows[place] = read(row);
                }
                else
                {
                    places.Add(idOf(row), rows.Count);
                    rows.Add(read(row));
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

    /// <summary>Names of vhosts by SRS's ids, as they are now.</summary>
    private async Task<IReadOnlyDictionary<string, string>> VhostsAsync(CancellationToken cancellation)
    {
        var (vhosts, _) = await GetPagesAsync<VhostsWire, VhostWire, VhostWire>(_api.GetVhostsAsync, row => row.Id,
            _ => ValueTask.FromResult<Func<VhostWire, VhostWire>>(row => row), cancellation);
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
