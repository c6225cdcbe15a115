using System.Collections.Immutable;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Encoders;

/// <summary>How an encoder has fared so far.</summary>
/// <param name="Server">The server id of the server that it uses now.</param>
/// <param name="ClientId">Of its last connection; empty before the first.</param>
/// <param name="IsOnAir">Whether it publishes now, as far as it knows.</param>
/// <param name="GaveUp">Whether it has stopped trying.</param>
/// <param name="Tries">Connections that it opened or tried to open.</param>
/// <param name="Starts">Tries that went on air.</param>
/// <param name="RefusedBusy">Tries that ended with StreamBusy.</param>
/// <param name="RefusedByHook">Tries that a hook refused.</param>
/// <param name="Failed">Tries that failed otherwise: nobody listened, no answer, cut off.</param>
/// <param name="OffAir">All the time off air since it first was on air, the time that it was without network left out.</param>
/// <param name="Returns">Each return to the air, oldest first; the newest 1,000.</param>
public sealed record EncoderReport(string Name, SimulatedStreamKey Key, string Server, string ClientId, bool IsOnAir, bool GaveUp,
    int Tries, int Starts,
    int RefusedBusy, int RefusedByHook, int Failed, TimeSpan OffAir, ImmutableArray<EncoderReturn> Returns);

/// <summary>One return to the air.</summary>
/// <param name="At">When it was on air again.</param>
/// <param name="Took">From the first try, or from the moment it was cut off, to the start of the publish: not the time without
/// network.</param>
/// <param name="Tries">Tries that it took.</param>
public readonly record struct EncoderReturn(DateTimeOffset At, TimeSpan Took, int Tries);
