namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// A row of <c>/streams</c>. Its <c>publish.active</c> and <c>cid</c> can lie; rows of ended streams may stay for ever.
/// </summary>
/// <param name="Id">SRS's internal id of the stream.</param>
/// <param name="Vhost">The vhost's name.</param>
/// <param name="App">The app.</param>
/// <param name="Name">The stream name.</param>
/// <param name="Active"><c>publish.active</c>.</param>
/// <param name="PublisherClientId"><c>publish.cid</c>; empty where the row has none.</param>
/// <param name="ReceivedBytes"><c>recv_bytes</c> of the publisher and all players, sampled by SRS every 3 s.</param>
/// <param name="Clients">How many clients it has, the publisher among them.</param>
public sealed record StreamRow(string Id, string Vhost, string App, string Name, bool Active, string PublisherClientId,
    long ReceivedBytes, int Clients)
{
    /// <summary>What it received in the last 30 s, in kbit/s (<c>kbps.recv_30s</c>).</summary>
    public int ReceivedKbps { get; init; }

    /// <summary><c>send_bytes</c>: what the publisher and all players were sent. Null where the server does not say.</summary>
    public long? SentBytes { get; init; }

    /// <summary>
    /// Whether media has come: the row has a <c>video</c> or an <c>audio</c>, which it gets with the first of it, and never where
    /// SRS makes no RTMP of what comes (WHIP, SRT). Null where the server does not say.
    /// </summary>
    public bool? HasMedia { get; init; }
}
