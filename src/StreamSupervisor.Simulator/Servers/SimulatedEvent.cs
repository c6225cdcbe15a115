namespace StreamSupervisor.Simulator.Servers;

/// <summary>What a simulated server notes down.</summary>
public enum SimulatedEventKind
{
    Unknown,
    ProcessStarted,
    ProcessStopped,
    Connected,
    HookSent,
    HookAnswered,
    PublishStarted,
    RefusedBusy,
    RefusedByHook,

    /// <summary>A publisher whose source was thrown away while it waited in <c>on_publish</c>: it publishes for nobody.</summary>
    Orphaned,

    /// <summary>A forward backend failed: from now on the key is busy (5-7).</summary>
    ForwardFailed,
    PublishTimedOut,
    Unpublished,
    PlayStarted,

    /// <summary>A player was sent to another server (RTMP 302).</summary>
    Redirected,
    Deleted,
    Closed,
}

/// <summary>One line of a simulated server's log.</summary>
/// <param name="At">By the server's clock.</param>
/// <param name="ClientId">Empty where no client is concerned.</param>
/// <param name="Url">The stream as SRS writes it, <c>/app/stream</c>; empty where none is concerned.</param>
/// <param name="Detail">For people.</param>
public sealed record SimulatedEvent(DateTimeOffset At, SimulatedEventKind Kind, string ClientId, string Url, string Detail)
{
    public override string ToString() => $"{At:HH:mm:ss.fff} {Kind} {ClientId} {Url} {Detail}".TrimEnd();
}

/// <summary>A DELETE that the API received.</summary>
/// <param name="ServiceId">The process that received it.</param>
/// <param name="Found">Whether that client was in <c>/clients</c>; else the answer was 2049.</param>
public sealed record SimulatedDelete(DateTimeOffset At, string ServiceId, string ClientId, bool Found);
