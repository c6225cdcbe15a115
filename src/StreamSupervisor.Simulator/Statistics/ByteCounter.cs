namespace StreamSupervisor.Simulator.Statistics;

/// <summary>
/// Bytes in and out of a row, as SRS counts them (<c>SrsKbps</c>): they arrive with the samples every 3 s, and the rate is that of the last
/// full 30 s, so it stays 0 for the first 30 s of a row's life.
/// </summary>
internal sealed class ByteCounter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private DateTimeOffset? windowStart;
    private long receivedAtWindowStart;
    private long sentAtWindowStart;

    public long Received { get; private set; }

    public long Sent { get; private set; }

    public long ReceivedKbps { get; private set; }

    public long SentKbps { get; private set; }

    public void Add(long received, long sent)
    {
        Received += received;
        Sent += sent;
    }

    public void Sample(DateTimeOffset now)
    {
        if (windowStart is { } start && now - start < Window)
        {
            return;
        }

        if (windowStart is { } from)
        {
            var milliseconds = (long)(now - from).TotalMilliseconds;
            ReceivedKbps = (Received - receivedAtWindowStart) * 8 / milliseconds;
            SentKbps = (Sent - sentAtWindowStart) * 8 / milliseconds;
        }

        windowStart = now;
        receivedAtWindowStart = Received;
        sentAtWindowStart = Sent;
    }
}
