using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>An encoder's (or player's) end of one connection to a simulated server. It sends media only when it is told to.</summary>
internal sealed class EncoderEnd
{
    private static readonly TimeSpan MediaEvery = TimeSpan.FromMilliseconds(100);
    private readonly SimulatedSrsServer _server;
    private readonly SimulatedConnection _connection;

    private EncoderEnd(SimulatedSrsServer server, SimulatedConnection connection) => (_server, _connection) = (server, connection);

    public string ClientId => _connection.ClientId;

    /// <summary>Where it was sent when it played; null when it was not.</summary>
    public string? RedirectedTo => _connection.RedirectedTo;

    /// <summary>Ends when either side has closed the connection.</summary>
    public Task<CloseReason> Closed => _connection.Closed;

    public static async Task<EncoderEnd> DialAsync(SimulatedSrsServer server, string address = "203.0.113.10") =>
        new(server, await server.RunAsync(core => core.Connect(address)!));

    /// <param name="key"><c>app/stream</c>.</param>
    public Task<PublishOutcome> PublishAsync(string key, string param = "") =>
        _server.RunAsync(_ => _connection.PublishAsync(SimulatedStreamKey.DefaultVhost, key.Split('/')[0], key.Split('/')[1], param));

    public Task<PublishOutcome> PlayAsync(string key) =>
        _server.RunAsync(_ => _connection.PlayAsync(SimulatedStreamKey.DefaultVhost, key.Split('/')[0], key.Split('/')[1], ""));

    public async Task UnpublishAsync() => await await _server.RunAsync<Task>(_ => _connection.UnpublishAsync());

    public Task SendAsync() => _server.RunAsync(_ => _connection.SendMedia());

    /// <summary>Each of many sends a moment of media.</summary>
    public static Task SendAllAsync(SimulatedSrsServer server, IEnumerable<EncoderEnd> encoders) => server.RunAsync(_ =>
    {
        foreach (var encoder in encoders.Where(encoder => !encoder.Closed.IsCompleted))
        {
            encoder._connection.SendMedia();
        }
    });

    public Task HangUpAsync() => _server.RunAsync(_ => _connection.Close());

    /// <summary>Sends media until the connection is closed or the token says so.</summary>
    public async Task KeepSendingAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(MediaEvery);
        try
        {
            while (!Closed.IsCompleted && await timer.WaitForNextTickAsync(stop))
            {
                await SendAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // From here on it is silent.
        }
    }
}
