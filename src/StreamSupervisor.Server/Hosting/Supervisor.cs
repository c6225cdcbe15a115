using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Effects;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.Server.Peers;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Server.Sweeping;
using Behavior = StreamSupervisor.Cluster.Entities.IEntityBehavior<StreamSupervisor.Domain.LiveStreams.LiveStreamState,
    StreamSupervisor.Domain.LiveStreams.LiveStreamCommand, StreamSupervisor.Domain.LiveStreams.LiveStreamEvent, StreamSupervisor.Domain.LiveStreams.LiveStreamReply>;

namespace StreamSupervisor.Server.Hosting;

/// <summary>What a supervisor is built from. Everything that touches the world is handed in, so that a simulation can hand in its own.</summary>
internal sealed record SupervisorParts
{
    public required SupervisorOptions Options { get; init; }
    public required IJournal Journal { get; init; }
    public required IShardOwnership Ownership { get; init; }

    /// <summary>The API of a configured node.</summary>
    public required Func<OriginOptions, ISrsApi> Apis { get; init; }
    public required CredentialGate Credentials { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The way to the entities of all members, given those of this one; these alone by default.</summary>
    public Func<IShardRegion<LiveStreamCommand, LiveStreamReply>, IShardHost, IShardRegion<LiveStreamCommand, LiveStreamReply>> Route { get; init; } =
        (local, _) => local;

    /// <summary>Who looks at which node; by default this one looks at all of them.</summary>
    public ISweepDuty Duty { get; init; } = SoleDuty.Instance;

    /// <summary>Wraps the rules; nothing by default. For tests that break a rule to see that its breach is noticed.</summary>
    public Func<Behavior, Behavior> Rules { get; init; } = rules => rules;
}

/// <summary>
/// One member's supervisor: the one place where the rules, the kernel and the SRS nodes meet. Owns no shard until somebody gives it one
/// (<see cref="Host"/>), takes no hook by itself (<see cref="Desk"/>).
/// </summary>
internal sealed class Supervisor : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ShardRegion<LiveStreamState, LiveStreamCommand, LiveStreamEvent, LiveStreamReply> _local;
    private readonly List<Sweeper> _sweepers;
    private Task _sweeping = Task.CompletedTask;

    public Supervisor(SupervisorParts parts)
    {
        var (options, time) = (parts.Options, parts.Time);
        var policies = Policies.BookOf(options.Admission);
        var attempts = new AttemptBook(policies, parts.Credentials, time);
        var region = new LateRegion();
        var cues = new ReleaseCues();
        Directory = new LiveDirectory();
        Origins = new OriginRegistry(options.Origins.Select(origin =>
            new Origin(origin.Name, parts.Apis(origin), time, parts.Loggers.CreateLogger<Origin>())));
        _local = new ShardRegion<LiveStreamState, LiveStreamCommand, LiveStreamEvent, LiveStreamReply>(new()
        {
            Behavior = parts.Rules(new LiveStreamBehavior(policies)),
            Journal = parts.Journal,
            Ownership = parts.Ownership,
            Time = time,
            Logger = parts.Loggers.CreateLogger("StreamSupervisor.Kernel"),
            Observer = Directory,
            Witness = AdmissionTelemetry.Instance,
            Effects = new LiveStreamEffectRunner(Origins, region, cues, attempts.KeyRules, time, parts.Loggers.CreateLogger<LiveStreamEffectRunner>()),
            Settings = new ShardRegionSettings
            {
                MailboxSize = options.Kernel.MailboxSize,
                SnapshotEvery = options.Kernel.SnapshotEvery,
                PassivateAfter = options.Kernel.PassivateAfter,
            },
        });
        region.Region = parts.Route(_local, _local);
        Region = region;
        Cluster = region.Region as ClusterRegion<LiveStreamCommand, LiveStreamReply>;
        Journal = parts.Journal;
        Desk = new HookDesk(Origins, region, Directory, attempts.Read, attempts.KeyRules, cues, options.Hooks, time,
            parts.Loggers.CreateLogger<HookDesk>(), _stopping.Token)
        {
            SeesEveryHook = Cluster is null,
        };
        _sweepers = [.. Origins.All.Select(origin =>
            new Sweeper(origin, Directory, region, attempts.KeyRules, options.Sweep, time, parts.Loggers.CreateLogger<Sweeper>(), parts.Duty))];
    }

    public OriginRegistry Origins { get; }
    public LiveDirectory Directory { get; }
    public IShardRegion<LiveStreamCommand, LiveStreamReply> Region { get; }

    /// <summary>The same way, where there are other members.</summary>
    public ClusterRegion<LiveStreamCommand, LiveStreamReply>? Cluster { get; }
    public IJournal Journal { get; }
    public HookDesk Desk { get; }

    /// <summary>Whoever keeps the leases gives and takes shards here.</summary>
    public IShardHost Host => _local;

    /// <summary>Another member has looked at a node.</summary>
    public void Looked(OriginLook look) => _sweepers.Find(sweeper => sweeper.OriginName == look.Origin)?.Take(look);

    /// <summary>Starts to look at the nodes.</summary>
    /// <returns>Ends when each node was looked at once, or did not answer.</returns>
    public Task StartSweeping()
    {
        _sweeping = Task.WhenAll(_sweepers.Select(sweeper => sweeper.RunAsync(_stopping.Token)));
        return Task.WhenAll(_sweepers.Select(sweeper => sweeper.FirstSweepDone));
    }

    /// <summary>Stops looking and retrying. The entities go when their shards are taken away.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _sweeping;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _local.Dispose();
        _stopping.Dispose();
    }
}
