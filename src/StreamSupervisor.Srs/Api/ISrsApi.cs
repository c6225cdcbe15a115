using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// One SRS server's HTTP API, as far as we use it. SRS answers errors as HTTP 200 with a code, ten rows unless asked for more, and names
/// itself in every answer (server, service, pid). Two implementations: HTTP, and the simulated server in virtual time.
/// </summary>
public interface ISrsApi
{
    /// <summary>Who answers: <c>GET /api/v1/versions</c>; on SRS 4 also <c>/summaries</c>, since it has no service id.</summary>
    /// <exception cref="SrsUnreachableException">No usable answer.</exception>
    Task<OriginProcess> GetProcessAsync(CancellationToken cancellation);

    /// <summary>All streams, over all pages; a row that came twice (pages are cut from a moving map) is returned once.</summary>
    /// <exception cref="SrsUnreachableException">No usable answer.</exception>
    Task<SrsAnswer<IReadOnlyList<StreamRow>>> GetStreamsAsync(CancellationToken cancellation);

    /// <summary>All clients. A thousand rows cost SRS's only thread 21 ms: for when belief and <c>/streams</c> differ.</summary>
    /// <exception cref="SrsUnreachableException">No usable answer.</exception>
    Task<SrsAnswer<IReadOnlyList<ClientRow>>> GetClientsAsync(CancellationToken cancellation);

    /// <summary>One client; null when SRS answers 2049: it is gone, which is proof.</summary>
    /// <exception cref="SrsUnreachableException">No usable answer, so nothing is known.</exception>
    Task<SrsAnswer<ClientRow?>> GetClientAsync(string clientId, CancellationToken cancellation);

    /// <summary>Closes a client's connection.</summary>
    /// <returns>False when SRS answers 2049: there is no such client (any more).</returns>
    /// <exception cref="SrsUnreachableException">No usable answer, so nothing is known.</exception>
    Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation);

    /// <summary>
    /// How long ago SRS last sampled its byte counters (<c>srs_sample_time</c> in <c>/summaries</c>; every 3 s). The same timer sends SRS's
    /// heartbeat and waits for the answer, so that a slow heartbeat receiver makes the bytes of every stream stand still.
    /// </summary>
    /// <returns>Null where the server does not say.</returns>
    /// <exception cref="SrsUnreachableException">No usable answer.</exception>
    Task<TimeSpan?> GetSampleAgeAsync(CancellationToken cancellation) => Task.FromResult<TimeSpan?>(null);

    /// <summary>
    /// How busy SRS's only thread is, in percent of one processor (<c>self.cpu_percent</c> in <c>/summaries</c>, which is a fraction
    /// whatever its name says).
    /// </summary>
    /// <returns>Null where the server does not say.</returns>
    /// <exception cref="SrsUnreachableException">No usable answer.</exception>
    Task<double?> GetCpuPercentAsync(CancellationToken cancellation) => Task.FromResult<double?>(null);
}

/// <summary>An answer, and the process that gave it (empty strings where SRS does not say: SRS 4, and its short error answers).</summary>
public readonly record struct SrsAnswer<T>(T Value, string ServerId, string ServiceId);

/// <summary>SRS gave no usable answer: refused, timed out, broken, an error status, a circuit that is open. Nothing is known.</summary>
public class SrsUnreachableException : Exception
{
    public SrsUnreachableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>
/// The server answers, but forbids DELETE (status 403 or 405), as a proxy that lets only GET through does. Trying again helps nothing:
/// until somebody changes that, no publisher of this server can be evicted.
/// </summary>
public sealed class SrsNotAllowedException : SrsUnreachableException
{
    public SrsNotAllowedException(string message) : base(message)
    {
    }
}
