using System.Text.Json.Serialization.Metadata;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Srs.Api;

/// <summary>Lists over all pages, and the names behind SRS's internal ids.</summary>
internal sealed partial class SrsApiClient
{
    /// <summary>SRS adds start and count as 32-bit numbers: past 2^31 the sum overflows and the page is empty.</summary>
    private const int MaxRows = 1_000_000;

    private readonly System.Threading.Lock _namesGate = new();
    private Dictionary<string, string> _vhosts = [];
    private (string Pid, long Start)? _oldProcess;

    private int PageSize => Math.Clamp(_options.PageSize, 10, MaxRows);

    public async Task<SrsAnswer<IReadOnlyList<SrsStream>>> GetStreamsAsync(CancellationToken cancellation)
    {
        var (rows, envelope) = await GetPagesAsync("api/v1/streams/", SrsWireContext.Default.StreamsWire, page => page.Streams,
            row => row.Id, cancellation);
        var vhosts = await VhostsAsync(rows, cancellation);
        var streams = new List<SrsStream>(rows.Count);
        foreach (var row in rows)
        {
            // A vhost that even a fresh list does not know was removed by a reload; its id is as good a name as any for a row that nobody asks about.
            streams.Add(new SrsStream(row.Id, vhosts.GetValueOrDefault(row.Vhost, row.Vhost), row.App, row.Name,
                row.Publish?.Active ?? false, row.Publish?.Cid ?? "", row.ReceivedBytes, row.Clients)
            {
                ReceivedKbps = row.Kbps?.Received ?? 0,
                HasMedia = row.Video is null && row.Audio is null ? null : row.Video == true || row.Audio == true,
            });
        }

        return Answer<IReadOnlyList<SrsStream>>(streams, envelope);
    }

    public async Task<SrsAnswer<IReadOnlyList<SrsClient>>> GetClientsAsync(CancellationToken cancellation)
    {
        var (rows, envelope) = await GetPagesAsync("api/v1/clients/", SrsWireContext.Default.ClientsWire, page => page.Clients,
            row => row.Id, cancellation);
        return Answer<IReadOnlyList<SrsClient>>(rows.ConvertAll(ClientOf), envelope);
    }

    private static SrsClient ClientOf(ClientWire row) =>
        new(row.Id, row.Vhost, row.Stream, row.Ip, row.Url, row.Type, row.Publish, row.Alive, row.ReceivedBytes);

    /// <summary>
    /// All rows once each, in SRS's order; the last copy of a row that came twice. Pages are cut from a moving map: rows can come twice
    /// (31 of 600 measured under churn, none was missed), so it is asked for until a page is not full.
    /// </summary>
    private async Task<(List<TRow> Rows, SrsEnvelope Envelope)> GetPagesAsync<TPage, TRow>(string path, JsonTypeInfo<TPage> type,
        Func<TPage, List<TRow>?> rowsOf, Func<TRow, string> idOf, CancellationToken cancellation)
        where TPage : SrsEnvelope
    {
        var rows = new List<TRow>();
        var places = new Dictionary<string, int>();
        for (var start = 0; start < MaxRows; start += PageSize)
        {
            var count = Math.Min(PageSize, MaxRows - start);
            var page = await GetAsync($"{path}?start={start}&count={count}", type, cancellation);
            if (page.Code != 0 || rowsOf(page) is not { } found)
            {
                throw Unusable("GET", path, $"answered code {page.Code} and no rows");
            }

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

            if (found.Count < count)
            {
                return (rows, page);
            }
        }

        throw Unusable("GET", path, $"has more than {MaxRows} rows");
    }

    /// <summary>Names of vhosts by SRS's ids (<c>vid-…</c>), asked for again when a row names one that is not known: a new process gives new ids.</summary>
    private async Task<Dictionary<string, string>> VhostsAsync(List<StreamWire> rows, CancellationToken cancellation)
    {
        Dictionary<string, string> known;
        lock (_namesGate)
        {
            known = _vhosts;
        }

        if (rows.TrueForAll(row => known.ContainsKey(row.Vhost)))
        {
            return known;
        }

        var (vhosts, _) = await GetPagesAsync("api/v1/vhosts/", SrsWireContext.Default.VhostsWire, page => page.Vhosts, row => row.Id, cancellation);
        var names = new Dictionary<string, string>(vhosts.Count);
        foreach (var vhost in vhosts)
        {
            names[vhost.Id] = vhost.Name.Length > 0 ? vhost.Name : StreamKey.DefaultVhost;
        }

        lock (_namesGate)
        {
            _vhosts = names;
        }

        return names;
    }

    /// <summary>
    /// SRS 4 has no service id. The kernel's start time of its process (<c>/self_proc_stats</c>) is exact and the same for everyone who asks.
    /// What <c>/summaries</c> gives (now minus an uptime in whole seconds) is off by up to a second either way; it stands in where the
    /// system has no such figure, and then the first estimate is kept while it fits.
    /// </summary>
    private async Task<SrsProcess> NameOldProcessAsync(string server, SrsVersion version, CancellationToken cancellation)
    {
        var seenExact = false;
        try
        {
            var exact = await GetAsync("api/v1/self_proc_stats", SrsWireContext.Default.ProcessWire, cancellation);
            if (exact is { Code: 0, Data: { StartTime: > 0, Pid.Length: > 0 } process })
            {
                return new SrsProcess(server, $"{process.Pid}:{process.StartTime}", process.Pid, version);
            }

            seenExact = exact is { Code: 0, Data: not null };
        }
        catch (SrsUnreachableException)
        {
            // Not every build has it; when the server itself is away, the next call says so.
        }

        const string Path = "api/v1/summaries";
        var summaries = await GetAsync(Path, SrsWireContext.Default.SummariesWire, cancellation);
        if (summaries.Data is not { NowMs: > 0, Self: { Pid.Length: > 0 } self } data)
        {
            throw Unusable("GET", Path, "did not name its process");
        }

        // Both figures are sampled; before the first sample (a second or so) the exact one is 0 and an estimate would be a second name.
        if (seenExact && self.UptimeSeconds < 10)
        {
            throw Unusable("GET", Path, "has only just started");
        }

        var start = data.NowMs / 1000 - self.UptimeSeconds;
        lock (_namesGate)
        {
            if (_oldProcess is not { } known || known.Pid != self.Pid || Math.Abs(known.Start - start) > 2)
            {
                _oldProcess = (self.Pid, start);
            }

            start = _oldProcess.Value.Start;
        }

        return new SrsProcess(server, $"{self.Pid}:{start}", self.Pid, version);
    }
}
