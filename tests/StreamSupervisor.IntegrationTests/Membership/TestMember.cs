using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>What a member of these tests is started with.</summary>
/// <param name="Listen">Its port; others reach it at <paramref name="Advertised"/>.</param>
internal sealed record MemberStart(string Database, string Name, int Listen, int Advertised, string Secret, string Previous, TimeSpan Lease)
{
    public const string Shared = "of-the-membership-tests-0123456789";

    public static MemberStart Of(string database, string name)
    {
        var port = FreePort.Next();
        return new MemberStart(database, name, port, port, Shared, "", TimeSpan.FromSeconds(5));
    }
}

/// <summary>A member in this process: an actor system with nothing but the membership.</summary>
internal sealed class TestMember : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<long>> _removed = new();

    /// <param name="start">Who it is.</param>
    /// <param name="echo">Whether its lines go to the console too.</param>
    public TestMember(MemberStart start, bool echo = false)
    {
        Start = start;
        Log = new LineLog(start.Name, echo);
        Membership = ClusterMembership.Of(
            new MembershipSettings
            {
                ConnectionString = start.Database,
                Name = start.Name,
                Advertised = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{start.Advertised}"),
                Lease = start.Lease,
            }, TimeProvider.System, Log);
        var remoting = new RemotingEndpoint("127.0.0.1", start.Advertised, "127.0.0.1", start.Listen);
        var settings = new AkkaClusterSettings { Remoting = remoting };
        System = ActorSystem.Create(AkkaClusterSettings.SystemName, ActorSystemSetup.Create(
            [
                BootstrapSetup.Create().WithConfig(settings.ToConfig()),
                RemotingTls.FromSecret(start.Secret, start.Previous, TimeProvider.System), TlsListener.Open(remoting), new AkkaLoggerSetup(Log),
                .. Membership.Setups,
            ]));
        Cluster = Cluster.Get(System);
        _ = System.ActorOf(Props.Create(() => new Watcher(this)));
        Membership.Start(System);
    }

    public MemberStart Start { get; }
    public LineLog Log { get; }
    public ClusterMembership Membership { get; }
    public ActorSystem System { get; }
    public Cluster Cluster { get; }

    /// <summary>Completes with the monotonic time at which Akka's cluster removed the member at that port.</summary>
    public Task<long> RemovedAsync(int port) => Of(port).Task.WaitAsync(Eventually.Patience);

    /// <summary>The members that Akka's cluster has up, by their ports.</summary>
    public string Up => string.Join(' ',
        Cluster.State.Members.Where(member => member.Status == MemberStatus.Up).Select(member => member.Address.Port).Order());

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        await Membership.DisposeAsync();
    }

    private TaskCompletionSource<long> Of(int port) =>
        _removed.GetOrAdd(port, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(TestMember member)
        {
            Receive<ClusterEvent.MemberRemoved>(removed =>
                member.Of(removed.Member.Address.Port ?? 0).TrySetResult(TimeProvider.System.GetTimestamp()));
            ReceiveAny(_ => { });
            Cluster.Get(Context.System).Subscribe(Self, typeof(ClusterEvent.MemberRemoved));
        }
    }
}

/// <summary>What a member has written.</summary>
internal sealed class LineLog(string name, bool echo) : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => $"--- {name}\n{string.Join('\n', _lines)}\n";

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            var line = $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {logLevel} {formatter(state, exception)} {exception}";
            _lines.Enqueue(line);
            if (echo)
            {
                Console.WriteLine(line);
            }
        }
    }

    public void Dispose()
    {
    }
}
