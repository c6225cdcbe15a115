using System.Buffers;
using System.Text;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// Plays one takeover on a stage of its own before the program says ready, so that the code is compiled when the first encoder comes.
/// </summary>
/// <remarks>
/// Why not let the first encoder pay: that is some 300 ms, and on SRS 6.0.129 to 7.0.150 an encoder that comes back on another node may be
/// held for 100 ms only. Nothing here touches the real store, nodes or metrics of streams; if it fails, the first encoder pays after all.
/// </remarks>
internal static class Rehearsal
{
    private const int Rounds = 30;
    private static readonly TimeSpan KickTakes = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task PlayAsync(TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            stop.CancelAfter(Patience);
            await TakeOverAsync(time, stop.Token);
        }
#pragma warning disable CA1031 // a rehearsal that fails must not keep the member from serving
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogDebug(fault, "The rehearsal failed; the first takeover will be slow.");
        }
    }

    private static async Task TakeOverAsync(TimeProvider time, CancellationToken cancellation)
    {
        var options = new SupervisorOptions { Origins = { new OriginOptions { Name = "stage", HookToken = "stage" } } };
        var registration = RegistrationCredential.Create(options.Credentials.Registration, ["stage"]);
        using var supervisor = new Supervisor(new SupervisorParts
        {
            Options = options,
            Journal = new Prompter(),
            Ownership = new Prompter(),
            Apis = _ => new EmptyServer(),
            Credentials = new CredentialGate(options.Credentials, registration),
            Time = time,
            Loggers = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
        });
        var origin = supervisor.Origins.Find("stage")!;
        await Task.WhenAll(Enumerable.Range(0, ShardMap.Shards).Select(shard => supervisor.Host.OwnAsync(new ShardEpoch(shard, 1), cancellation)));
        for (var round = 0; round < Rounds; round++)
        {
            // Every attempt but the first finds an incumbent, so each is a whole takeover: hold, kick, proof, admission. The proof is the close: that SRS does not
            // list a client counts only a while after its admission.
            var held = supervisor.Desk.HandleAsync(origin, Hook("on_publish", round), cancellation).AsTask();
            await Task.Delay(KickTakes, time, cancellation);
            await supervisor.Desk.HandleAsync(origin, Hook("on_close", round - 1), cancellation);
            await held;
        }

        await supervisor.StopAsync();
    }

    private static SrsHook Hook(string action, int client)
    {
        var body = Encoding.UTF8.GetBytes(
            $$"""
            {"server_id":"stage","service_id":"run","action":"{{action}}","client_id":"c{{client}}","ip":"127.0.0.1","vhost":"__defaultVhost__","app":"stage",
            "stream":"key","param":"","tcUrl":"rtmp://127.0.0.1/stage","stream_url":"/stage/key","stream_id":"vid"}
            """);
        return SrsHookReader.TryParse(new ReadOnlySequence<byte>(body), out var call, out var problem) ? call : throw new FormatException(problem);
    }

    /// <summary>A store that says yes and keeps nothing.</summary>
    private sealed class Prompter : IJournal, IShardOwnership
    {
        public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<AppendOutcome>>([.. batch.Select(_ => AppendOutcome.Appended)]);

        public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<bool>>([.. epochs.Select(_ => true)]);

        public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) =>
            Task.FromResult(new StoredEntity(0, null, []));

        public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => Task.FromResult(new ShardBacklog([], [], []));

        public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<StoredEvent>>([]);

        public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<EntityListing>>([]);

        public Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation) => Task.FromResult<long?>(epoch + 1);
    }

    /// <summary>A server that knows no client any more.</summary>
    private sealed class EmptyServer : ISrsApi
    {
        public Task<SrsProcess> GetProcessAsync(CancellationToken cancellation) =>
            Task.FromResult(new SrsProcess("stage", "run", "1", new SrsVersion(6, 0, 157)));

        public Task<SrsAnswer<IReadOnlyList<SrsStream>>> GetStreamsAsync(CancellationToken cancellation) => Answer<IReadOnlyList<SrsStream>>([]);

        public Task<SrsAnswer<IReadOnlyList<SrsClient>>> GetClientsAsync(CancellationToken cancellation) => Answer<IReadOnlyList<SrsClient>>([]);

        public Task<SrsAnswer<SrsClient?>> GetClientAsync(string clientId, CancellationToken cancellation) => Answer<SrsClient?>(null);

        public Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation) => Answer(false);

        private static Task<SrsAnswer<T>> Answer<T>(T value) => Task.FromResult(new SrsAnswer<T>(value, "stage", "run"));
    }
}
