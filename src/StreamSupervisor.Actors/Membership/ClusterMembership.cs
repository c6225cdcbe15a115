using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// This process as a member: made before the actor system, whose set-up needs <see cref="Setups"/>; it joins with <see cref="Start"/>. One
/// supervisor without a database of members (<see cref="Alone"/>) is a cluster of one that joins itself.
/// </summary>
public sealed class ClusterMembership : IAsyncDisposable
{
    /// <summary>A member that has not taken itself out by then leaves all the same, by the timeouts of Akka's phases.</summary>
    private static readonly TimeSpan LongestRemoval = TimeSpan.FromSeconds(5);

    private readonly MembershipSettings? _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MemberEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile MembershipLook? _look;
    private volatile bool _leaving;
    private volatile bool _shutOut;

    private ClusterMembership(MembershipSettings? settings, TimeProvider time, ILoggerFactory loggers, AdmissionHold hold)
    {
        Hold = hold;
        (_settings, _time, _log) = (settings, time, loggers.CreateLogger("StreamSupervisor.Membership"));
        Table = settings is null ? null : new MemberTable(settings.ConnectionString);
        Pulse = new MemberPulse(time, settings?.Lease - settings?.Margin);
        Metrics = new MemberMetrics(() => Pulse.BeatAge.TotalSeconds, CountAlive, CountPeers);
        View = new MembershipView(this, time);
        Joined = Task.WhenAll(_up.Task, _arrived.Task);
    }

    /// <summary>A member by a row in PostgreSQL, whose migrations have run.</summary>
    /// <exception cref="Journal.StoreOpenException">The connection string cannot be read.</exception>
    public static ClusterMembership Of(MembershipSettings settings, TimeProvider time, ILoggerFactory loggers,
        AdmissionHold? hold = null) =>
        new(settings, time, loggers, hold ?? new AdmissionHold([]));

    /// <summary>The one supervisor of a SQLite file.</summary>
    public static ClusterMembership Alone(TimeProvider time, ILoggerFactory loggers, AdmissionHold? hold = null) =>
        new(null, time, loggers, hold ?? new AdmissionHold([]));

    /// <summary>This incarnation: a new one at each start of the process.</summary>
    public Guid Incarnation { get; } = Guid.NewGuid();

    /// <summary>What the actor system must be created with.</summary>
    public IEnumerable<Setup> Setups => Table is { } table ? [new MembershipSetup(table, Incarnation)] : [];

    /// <summary>Whether this process may answer for the cluster now.</summary>
    public MemberPulse Pulse { get; }

    /// <summary>Keeps this member from admitting anybody after the database has gone back in time.</summary>
    public AdmissionHold Hold { get; }

    /// <summary>The cluster as this member sees it.</summary>
    public MembershipView View { get; }

    /// <summary>Completes when this member is in the cluster, for Akka and for the database.</summary>
    public Task Joined { get; }

    /// <summary>Completes when this member must end though nobody told the process so. Never faults.</summary>
    public Task<MemberEnd> Ended => _ended.Task;

    /// <summary>Why nothing is served here for now, though this member has joined; null while it serves.</summary>
    public string? WhySilent => this switch
    {
        { Pulse.MayAnswer: true } => null,
        { _leaving: true } => null,
        { Joined.IsCompleted: false } => "This member has not found its cluster yet.",
        { Ended: { IsCompletedSuccessfully: true, Result.Expelled: true } ended } => ended.Result.Why,
        _ => $"The database has not taken this member's beat for {Pulse.BeatAge.TotalSeconds:0.0} s, so it answers nothing. "
            + "It goes on by itself when the database does.",
    };

    /// <summary>Members alive, this one included.</summary>
    internal int CountAlive() => Table is null ? 1 : Look?.Rows.Count(row => row.IsAlive) ?? 0;

    /// <summary>The other members that this one reaches.</summary>
    internal int CountPeers() => System is { WhenTerminated.IsCompleted: false } system ? PeerWatch.CountReachable(Cluster.Get(system)) : 0;

    internal MemberTable? Table { get; }

    internal MemberMetrics Metrics { get; }

    internal ActorSystem? System { get; private set; }

    /// <summary>What the last look found; null before the first.</summary>
    internal MembershipLook? Look
    {
        get => _look;
        set => _look = value;
    }

    /// <summary>The store has gone back in time: admissions are held from now on, and everybody here is told.</summary>
    /// <returns>Whether it is news.</returns>
    internal bool RolledBack(ActorSystem system, long epoch, string why)
    {
        if (!Hold.Begin(epoch, _time.GetElapsedTime(0)))
        {
            return false;
        }

        Metrics.RolledBack();
        _log.LogCritical(
            "The database has gone back in time, or may have: {Why}. Decisions that were confirmed may be gone from it, with locks, pins "
            + "and registrations among them: look at them again. Nobody is admitted before all SRS servers were looked at; what is on air "
            + "there is taken over, and generations go on above {Floor}. Nothing needs to be restarted.",
            why, StoreHistory.GenerationFloorOf(epoch));
        system.EventStream.Publish(new StoreRolledBack(epoch));
        return true;
    }

    /// <summary>Joins from now on, and keeps trying. Needs no database at this moment.</summary>
    public void Start(ActorSystem system)
    {
        System = system;
        var cluster = Cluster.Get(system);
        cluster.RegisterOnMemberUp(() => _up.TrySetResult());
        cluster.RegisterOnMemberRemoved(OnRemoved);
        _ = system.ActorOf(Props.Create(() => new PeerWatch(Metrics)), PeerWatch.ActorName);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "row-of-member", SayLeftAsync);
        if (_settings is { } settings)
        {
            var self = new MemberIdentity(Incarnation, settings.Name, settings.Advertised, cluster.SelfAddress,
                cluster.SelfUniqueAddress.Uid);
            var member = Props.Create(() => new StoreMember(this, settings, self, Table!, _time, _log));
            _ = system.ActorOf(member.WithDispatcher(StoreMember.Dispatcher), "member");
        }
        else
        {
            _arrived.TrySetResult();
            cluster.Join(cluster.SelfAddress);
        }
    }

    /// <summary>
    /// Leaves the cluster: hands everything over, and terminates the actor system. Say not-ready first. A member that was declared dead has
    /// nothing left to hand over, and waits for nobody.
    /// </summary>
    public async Task LeaveAsync()
    {
        _leaving = true;
        if (System is { } system)
        {
            await (_shutOut
                ? Task.WhenAny(_removed.Task, Task.Delay(LongestRemoval, _time))
                : Task.Run(() => Quietly(() => Table?.Drain(Incarnation))));
            _ = await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        }
    }

    /// <summary>Closes the connections. The actor system is terminated before.</summary>
    public ValueTask DisposeAsync()
    {
        Pulse.End();
        Table?.Dispose();
        Metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The row of this member says so.</summary>
    internal void Told(MemberState state)
    {
        if (state is MemberState.Active or MemberState.Draining)
        {
            _ = _arrived.TrySetResult();
        }

        if (state == MemberState.Draining && !_leaving)
        {
            End(new MemberEnd("Somebody asked this member to leave the cluster.", Expelled: false));
        }
    }

    internal void End(MemberEnd end)
    {
        if (end.Expelled)
        {
            Pulse.End();
        }

        if (_ended.TrySetResult(end))
        {
            _log.Log(end.Expelled ? LogLevel.Critical : LogLevel.Information, "{Why}", end.Why);
        }
    }

    /// <summary>
    /// The others have shut this member out. Nobody would confirm that it leaves, and two phases of Akka's shutdown would wait for that
    /// until their timeouts of 10 s each: so it takes itself out of its own picture of the cluster first.
    /// </summary>
    internal void ShutOut(Cluster cluster)
    {
        if (cluster.SelfMember.Status != MemberStatus.Removed)
        {
            _shutOut = true;
            cluster.Down(cluster.SelfAddress);
        }
    }

    /// <summary>Akka's cluster runs without this member: expelled unless this process is stopping by itself.</summary>
    private void OnRemoved()
    {
        _ = _removed.TrySetResult();
        var reason = CoordinatedShutdown.Get(System!).ShutdownReason;
        if (!_leaving && reason is null or CoordinatedShutdown.ClusterDowningReason)
        {
            End(new MemberEnd(
                "The other members removed this one from the cluster. It serves nothing any more and ends; started again, it joins anew.",
                Expelled: true));
            _ = Task.Run(() => Quietly(() => Table?.End(Incarnation, MemberState.Dead,
                "the other members removed it, as after a partition.")));
        }
    }

    private async Task<Akka.Done> SayLeftAsync()
    {
        if (_leaving)
        {
            await Task.Run(() => Quietly(() => Table?.End(Incarnation, MemberState.Left, "it left.")));
        }

        return Akka.Done.Instance;
    }

    /// <summary>What is not said here is seen by the others: the session ends, and the lease.</summary>
    private void Quietly(Action say)
    {
        try
        {
            say();
        }
        catch (Exception silent) when (silent is MemberTableSilentException or ObjectDisposedException)
        {
            _log.LogWarning("The database did not hear that this member ends: {Why}", silent.Message);
        }
    }
}
