using Akka.Actor;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors;

/// <summary>
/// Plays takeovers of one reserved key before the member joins, so that the code from the ask to the journal is compiled when the first
/// encoder comes. The key's rows are deleted afterwards; its server is one that knows no client, and nothing is counted.
/// </summary>
/// <remarks>
/// Without it the first encoder pays, 0.85 to 1.1 s in a cold process, and on SRS 6.0.129 to 7.0.150 an encoder that comes back on another
/// server may be held for 100 ms only. It goes through the real journal: of the cold start the database's driver is the larger part. If it
/// fails, the first encoder pays after all.
/// </remarks>
internal sealed class WarmUp(ActorSystem system, JournalStore store, TimeProvider time, ILogger log)
{
    private const int Rounds = 40;
    private const string Stage = "stage";
    private const string Vhost = StreamKey.ReservedVhost;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>Whether a key is one that this class plays with, here or on another member that is just starting.</summary>
    public static bool IsStage(string key) => key.StartsWith($"{Vhost}/", StringComparison.Ordinal);

    /// <param name="member">Tells this member's rows from those of others that start at the same time.</param>
    public async Task RunAsync(Guid member, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Patience);
        var key = new StreamKey(Vhost, "warm-up", member.ToString("N")).ToString();
        try
        {
            await TakeOverAsync(key, stop.Token);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested
            && fault is OperationCanceledException or StoreUnavailableException)
        {
            log.LogDebug(fault, "The warm-up was not finished; the first takeover will be slow.");
        }

        await ForgetAsync(key, cancellation);
    }

    private async Task TakeOverAsync(string key, CancellationToken cancellation)
    {
        using var servers = new SrsServers([new SrsServer(new SrsEndpoint(Stage, "http://127.0.0.1"), _ => new EmptyServer())]);
        var services = new LiveStreamServices
        {
            Policies = PolicyBook.Default,
            Time = time,
            MayAnswer = () => true,
            Servers = servers,
            StandingOf = (_, _) => ProcessStanding.Current,
            IsOutOfReach = _ => false,
            Rules = new RowReader(named => named, (_, _) => "key"),
            Counts = false,
        };
        var actor = system.ActorOf(LiveStreamActor.Props(key, services));
        try
        {
            for (var round = 1; round <= Rounds && !cancellation.IsCancellationRequested; round++)
            {
                // Every attempt but the first finds an incumbent, so each is a whole takeover: hold, kick, proof, admission.
                var by = new Publisher(new SessionId(Stage, "run", $"c{round}"), Stage, "127.0.0.1", "key");
                var hold = new HoldLimits(AnswerWithin, AnswerWithin);
                var ask = new RequestPublish(by, AskedIn.OnPublish, CredentialVerdict.NotRequired, hold);
                await actor.Ask<object>(new StreamEnvelope(key, round, ask), AnswerWithin, cancellation);
                var state = await actor.Ask<object>(new StreamEnvelope(key, -round, GetState.Instance), AnswerWithin, cancellation);
                var known = state is StreamAnswer { Reply: StateReply { State.Revision: var revision } }
                    ? new KnownAtLook(revision)
                    : default;
                actor.Tell(new ReportPublisherSeen(by, 1, time.GetUtcNow(), Verified: true, Known: known));
            }
        }
        catch (AskTimeoutException)
        {
            log.LogDebug("The warm-up got no answer; the first takeover will be slow.");
        }
        finally
        {
            await actor.GracefulStop(AnswerWithin, Retire.Instance);
        }
    }

    private async Task ForgetAsync(string key, CancellationToken cancellation)
    {
        try
        {
            await store.WriteAsync("the end of the warm-up", async (transaction, stop) =>
            {
                foreach (var table in new[] { "event_journal", "event_snapshot" })
                {
                    await using var delete = transaction.Command($"DELETE FROM {store.Schema}{table} WHERE persistence_id = @id",
                        ("@id", LiveStreamActor.PersistenceIdOf(key)));
                    await delete.ExecuteNonQueryAsync(stop);
                }

                return true;
            }, cancellation);
        }
        catch (StoreUnavailableException away)
        {
            log.LogDebug("The rows of the warm-up stay until they are older than journal.retention: {Why}", away.Message);
        }
    }

    /// <summary>A server that knows no client.</summary>
    private sealed class EmptyServer : ISrsApi
    {
        public Task<OriginProcess> GetProcessAsync(CancellationToken cancellation) =>
            Task.FromResult(new OriginProcess(Stage, "run", "1", new SrsVersion(6, 0, 157)));

        public Task<SrsAnswer<IReadOnlyList<StreamRow>>> GetStreamsAsync(CancellationToken cancellation) =>
            Answer<IReadOnlyList<StreamRow>>([]);

        public Task<SrsAnswer<IReadOnlyList<ClientRow>>> GetClientsAsync(CancellationToken cancellation) =>
            Answer<IReadOnlyList<ClientRow>>([]);

        public Task<SrsAnswer<ClientRow?>> GetClientAsync(string clientId, CancellationToken cancellation) => Answer<ClientRow?>(null);

        public Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation) => Answer(false);

        private static Task<SrsAnswer<T>> Answer<T>(T value) => Task.FromResult(new SrsAnswer<T>(value, Stage, "run"));
    }
}
