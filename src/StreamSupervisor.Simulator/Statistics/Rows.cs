using StreamSupervisor.Simulator.Connections;

namespace StreamSupervisor.Simulator.Statistics;

/// <summary>A row of <c>/vhosts</c>.</summary>
internal sealed class VhostRow(string id, string name)
{
    public string Id { get; } = id;

    public string Name { get; } = name;

    public ByteCounter Bytes { get; } = new();

    public int Clients { get; set; }

    public int Streams { get; set; }
}

/// <summary>
/// A row of <c>/streams</c>. It lies where SRS's lies: <see cref="Active"/> is one flag for all publishers of the name, and the first one
/// that is active keeps <see cref="PublisherId"/> though another came beside it.
/// </summary>
internal sealed class StreamRow(string id, VhostRow vhost, RtmpRequest first)
{
    public string Id { get; } = id;

    public VhostRow Vhost { get; } = vhost;

    public string Name { get; } = first.Key.Stream;

    public string App { get; } = first.Key.App;

    public string Url { get; } = first.Key.Url;

    /// <summary>Of whoever made the row.</summary>
    public string TcUrl { get; } = first.TcUrl;

    public ByteCounter Bytes { get; } = new();

    public int Clients { get; set; }

    public long Frames { get; set; }

    public bool Active { get; private set; }

    public string PublisherId { get; private set; } = "";

    public bool HasVideo { get; set; }

    public bool HasAudio { get; set; }

    public void Publish(string clientId)
    {
        if (Active)
        {
            return;
        }

        PublisherId = clientId;
        Active = true;
        Vhost.Streams++;
    }

    public void Close()
    {
        if (!Active)
        {
            return;
        }

        HasVideo = false;
        HasAudio = false;
        Active = false;
        Vhost.Streams--;
    }
}

/// <summary>A row of <c>/clients</c>.</summary>
internal sealed class ClientRow(SimulatedConnection connection, StreamRow stream, DateTimeOffset created)
{
    public SimulatedConnection Connection { get; } = connection;

    /// <summary>That of the first publish; a republish of another name does not move the client.</summary>
    public StreamRow Stream { get; } = stream;

    public DateTimeOffset Created { get; } = created;

    public ByteCounter Bytes { get; } = new();

    public RtmpRequest Request { get; set; } = connection.Request;

    public bool Publishing { get; set; }
}
