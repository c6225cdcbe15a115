using StreamSupervisor.Simulator.Connections;

namespace StreamSupervisor.Simulator.Statistics;

/// <summary>
/// What the API shows: the rows of vhosts, streams and clients of one SRS process, kept after <c>SrsStatistic</c> line by line, since its
/// oddities are what a supervisor trips over. A client that publishes twice over one connection is counted twice and discounted once, so
/// the stream's row stays for ever; the sampling every 3 s is worked off when somebody looks or something changes, which no observer can
/// tell from a timer.
/// </summary>
internal sealed class SrsStatistics(SrsIds ids, DateTimeOffset firstSample)
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(3);

    // Ordered as SRS orders them: by id, byte by byte. Pages are cut from these.
    private readonly SortedDictionary<string, VhostRow> vhosts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StreamRow> streams = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ClientRow> clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VhostRow> vhostsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StreamRow> streamsByUrl = new(StringComparer.Ordinal);
    private DateTimeOffset nextSample = firstSample;

    public IReadOnlyCollection<VhostRow> Vhosts => vhosts.Values;

    public IReadOnlyCollection<StreamRow> Streams => streams.Values;

    public IReadOnlyCollection<ClientRow> Clients => clients.Values;

    /// <summary>All bytes of the process.</summary>
    public ByteCounter Bytes { get; } = new();

    public DateTimeOffset LastSample { get; private set; } = firstSample - SampleInterval;

    public VhostRow? Vhost(string id) => vhosts.GetValueOrDefault(id);

    public StreamRow? Stream(string id) => streams.GetValueOrDefault(id);

    public StreamRow? StreamOf(string url) => streamsByUrl.GetValueOrDefault(url);

    public ClientRow? Client(string id) => clients.GetValueOrDefault(id);

    public void OnClient(SimulatedConnection connection, bool publishing, DateTimeOffset now)
    {
        var stream = StreamOf(connection.Request);
        if (!clients.TryGetValue(connection.ClientId, out var client))
        {
            client = new ClientRow(connection, stream, now);
            clients[connection.ClientId] = client;
        }

        client.Publishing = publishing;
        client.Request = connection.Request;
        stream.Clients++;
        stream.Vhost.Clients++;
    }

    public void OnDisconnect(SimulatedConnection connection)
    {
        Collect(connection);
        if (!clients.Remove(connection.ClientId, out var client))
        {
            return;
        }

        var stream = client.Stream;
        stream.Clients--;
        stream.Vhost.Clients--;
        if (!stream.Active && stream.Clients <= 0)
        {
            streams.Remove(stream.Id);
            streamsByUrl.Remove(stream.Url);
        }
    }

    public void OnPublish(SimulatedConnection connection) => StreamOf(connection.Request).Publish(connection.ClientId);

    public void OnUnpublish(SimulatedConnection connection) => StreamOf(connection.Request).Close();

    public void OnMedia(SimulatedConnection connection, bool video, bool audio)
    {
        var stream = StreamOf(connection.Request);
        stream.HasVideo |= video;
        stream.HasAudio |= audio;
    }

    public void OnFrames(SimulatedConnection connection, long frames) => StreamOf(connection.Request).Frames += frames;

    public void AdvanceTo(DateTimeOffset now)
    {
        while (nextSample <= now)
        {
            foreach (var client in clients.Values)
            {
                Collect(client.Connection);
            }

            Bytes.Sample(nextSample);
            foreach (var vhost in vhosts.Values)
            {
                vhost.Bytes.Sample(nextSample);
            }

            foreach (var stream in streams.Values)
            {
                stream.Bytes.Sample(nextSample);
            }

            foreach (var client in clients.Values)
            {
                client.Bytes.Sample(nextSample);
            }

            LastSample = nextSample;
            nextSample += SampleInterval;
        }
    }

    private void Collect(SimulatedConnection connection)
    {
        // A client that is in no row (4: refused, 7.0.62: waits for the token) is counted nowhere.
        if (clients.TryGetValue(connection.ClientId, out var client))
        {
            var (received, sent) = connection.TakeUncollectedBytes();
            client.Bytes.Add(received, sent);
            client.Stream.Bytes.Add(received, sent);
            client.Stream.Vhost.Bytes.Add(received, sent);
            Bytes.Add(received, sent);
        }
    }

    private StreamRow StreamOf(RtmpRequest request)
    {
        if (streamsByUrl.TryGetValue(request.Key.Url, out var stream))
        {
            return stream;
        }

        if (!vhostsByName.TryGetValue(request.Key.Vhost, out var vhost))
        {
            vhost = new VhostRow(ids.NextRow(), request.Key.Vhost);
            vhostsByName[vhost.Name] = vhost;
            vhosts[vhost.Id] = vhost;
        }

        stream = new StreamRow(ids.NextRow(), vhost, request);
        streamsByUrl[stream.Url] = stream;
        streams[stream.Id] = stream;
        return stream;
    }
}
