using StreamSupervisor.Actors;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// Whether this program really answers: by its own sockets, as SRS and a balancer reach it, and in the actor that every question goes
/// through. Not whether it is ready: a member whose store is away answers, and a restart would not bring the store back.
/// </summary>
internal sealed class SelfProbe : IDisposable
{
    /// <summary>A new connection each time: that one is taken is half of what is asked.</summary>
    private readonly HttpClient _http;

    private readonly SupervisorSystem _system;
    private readonly TimeProvider _time;
    private readonly List<Uri> _addresses;

    public SelfProbe(SupervisorOptions options, ServerCertificate certificate, SupervisorSystem system, TimeProvider time)
    {
        (_system, _time) = (system, time);
        var handler = new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };

        // It is called by its address, which is hardly in it; that it is ours is seen without an authority.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.IsShown(shown);
        _http = new HttpClient(handler);
        _addresses = [AddressOf(options.Http.Listen[0], "/"), AddressOf(options.Management.Listen[0], "/alive")];
    }

    /// <summary>What does not answer, in a sentence; null when all of it does.</summary>
    /// <param name="within">How long each part may take.</param>
    public async Task<string?> WhySilentAsync(TimeSpan within, CancellationToken cancellation)
    {
        foreach (var address in _addresses)
        {
            using var patience = new CancellationTokenSource(within, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            try
            {
                using var answer = await _http.GetAsync(address, either.Token);
                if (!answer.IsSuccessStatusCode)
                {
                    return $"{address} answers {(int)answer.StatusCode}.";
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return $"{address} has not answered within {within.TotalSeconds:0.#} s.";
            }
            catch (HttpRequestException failure)
            {
                return $"{address} does not answer: {failure.Message}";
            }
        }

        return await _system.AnswersAsync(within).WaitAsync(cancellation) ? null
            : $"The streams' actors have not answered within {within.TotalSeconds:0.#} s.";
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Where this machine reaches what listens there: on every address is on the loopback too.</summary>
    private static Uri AddressOf(string listen, string path)
    {
        var reached = listen.Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://[::]", "://[::1]", StringComparison.Ordinal);
        return new UriBuilder(reached) { Path = path }.Uri;
    }
}
