using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Peers;

namespace StreamSupervisor.IntegrationTests.Peers;

/// <summary>A member's listener on a free port, and what came in there.</summary>
internal sealed class PeerServer : IPeerHost, IAsyncDisposable
{
    public const string Secret = "0123456789abcdef";
    private readonly WebApplication _app;

    private PeerServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public Func<string, LiveStreamCommand, TimeSpan, CancellationToken, Task<PeerAnswer<LiveStreamReply>>> Answer { get; set; } =
        (_, _, _, _) => Task.FromResult(new PeerAnswer<LiveStreamReply>(AskResult<LiveStreamReply>.Answered(Ack.Instance), NotOwner: false));

    public Func<string, bool> Takes { get; set; } = _ => true;
    public List<(string EntityId, LiveStreamCommand Command)> Told { get; } = [];
    public List<OriginLook> Looks { get; } = [];
    public List<(string Origin, SessionId Client)> Closes { get; } = [];
    public List<string> Log { get; } = [];

    /// <summary>Let go after each message.</summary>
    public SemaphoreSlim Came { get; } = new(0);

    public static async Task<PeerServer> StartAsync(string secret = Secret, string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var log = new ListLogger();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(PeerEndpoints.Configure));
        var app = builder.Build();
        var server = new PeerServer(app);
        log.Lines = server.Log;
        PeerEndpoints.Map(app, server, new PeerSignature([secret], TimeProvider.System), TimeProvider.System, log);
        await app.StartAsync();
        return server;
    }

    public static PeerClient Client(string secret = Secret) =>
        new(new PeerSignature([secret], TimeProvider.System), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<PeerClient>.Instance);

    public static HttpPeers Peers(PeerClient client) =>
        new(client, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<HttpPeers>.Instance);

    public Task<PeerAnswer<LiveStreamReply>> AskLocalAsync(string entityId, LiveStreamCommand command, TimeSpan wait, CancellationToken cancellation) =>
        Answer(entityId, command, wait, cancellation);

    public bool TellLocal(string entityId, LiveStreamCommand command)
    {
        if (!Takes(entityId))
        {
            return false;
        }

        lock (Told)
        {
            Told.Add((entityId, command));
        }

        Came.Release();
        return true;
    }

    public void Looked(OriginLook look)
    {
        Looks.Add(look);
        Came.Release();
    }

    public void Closed(string origin, SessionId client)
    {
        Closes.Add((origin, client));
        Came.Release();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token); // whoever is held is dropped
        await _app.DisposeAsync();
        Came.Dispose();
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; set; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines)
            {
                Lines.Add(formatter(state, exception));
            }
        }
    }
}
