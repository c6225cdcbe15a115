using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Membership;

/// <summary>What a member is made of.</summary>
public sealed record ClusterMemberParts
{
    /// <summary>This incarnation: a new id at each start.</summary>
    public required MemberIdentity Self { get; init; }
    public required IMembershipStore Membership { get; init; }
    public required IShardLeaseStore Leases { get; init; }

    /// <summary>Raises epochs at the store, on behalf of this incarnation.</summary>
    public required IShardOwnership Epochs { get; init; }
    public required IReachability Reachability { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>For jitter: members that started together must not beat together for ever.</summary>
    public required Random Random { get; init; }
    public required ILogger Logger { get; init; }
    public ClusterMemberSettings Settings { get; init; } = ClusterMemberSettings.Default;
}

/// <summary>
/// One incarnation of a process in the cluster, from joining to its end: keeps its lease, watches the others, and sees to it that its
/// share of the shards is served here.
///
/// <para><b>What it guarantees.</b> It serves only while its lease holds by its own monotonic clock, counted from before the renewal was
/// sent, so before anybody may take its shards. When the store is silent for longer, it stops, and takes back under raised epochs what is
/// still its own when the store answers again. Dead is for ever: it stops serving, and <see cref="Died"/> tells the program to end.</para>
///
/// <para><b>What it does not guarantee.</b> That nobody else serves a shard at the same time. A process may be paused between the look at
/// the clock and the write, and clocks run unequally. What then keeps the journal right is the epoch in each write, never this class: all
/// that is decided here may be late, wrong or done twice, and costs time only.</para>
///
/// <para><b>How it works.</b> Four loops that do not wait for each other. <i>Renew</i> beats. <i>Watch</i> stops serving when the lease
/// is over, also while a renewal hangs. <i>Session</i> holds the connection that proves presence and brings hints. <i>Look</i> reads members and
/// map, declares deaths (<see cref="DeathWatch"/>), and compares what should be with what is: the plan is a pure function of what
/// everybody reads, so each member carries out its own part and nobody leads. Look repairs: whatever failed half-way (a handoff without an
/// answer, a shard lost, a lost hint) shows as a difference in the next look and is put right there, so no step needs a retry of its own.</para>
///
/// <para><b>Rejected.</b> A leader that assigns shards: one more thing to elect, and to lose. Taking a member's shards without declaring it dead:
/// it would go on beating, and take others. Consensus among members: the store already is the one place where all agree.</para>
/// </summary>
public sealed partial class ClusterMember : IClusterView, IShardOwnership, IAsyncDisposable
{
    private readonly IMembershipStore _membership;
    private readonly IShardLeaseStore _leases;
    private readonly IShardOwnership _epochs;
    private readonly IReachability _reachability;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ClusterMemberSettings _settings;
    private readonly MemberLog _log;
    private readonly MemberMetrics _metrics;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly ChangeSignal _changes = new();

    /// <summary>Guards the map, the standing and the lease. Held for short, never while something else is called.</summary>
    private readonly Lock _gate = new();
    private ClusterMap _map = ClusterMap.Empty;
    private volatile Standing _standing;
    private IShardHost? _host;
    private Task _loops = Task.CompletedTask;

    public ClusterMember(ClusterMemberParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        (Self, _membership, _leases, _epochs, _reachability, _time, _random, _settings) =
            (parts.Self, parts.Membership, parts.Leases, parts.Epochs, parts.Reachability, parts.Time, parts.Random, parts.Settings);
        _stop = _stopping.Token;
        _log = new MemberLog(parts.Logger);
        _metrics = new MemberMetrics(() => LeaseAge.TotalSeconds, () => Map.CountOf(Self.Id), () => Map.Members.Count);
        _deaths = new DeathWatch(_settings, _time);
        _look = new Pulse(_time);
        _pace = new Pulse(_time);
        _beat = new Pulse(_time);
        _session = new Pulse(_time);
        _renewed = new Pulse(_time);
        _turns = new Turnstile(_settings.Moves);
    }

    private enum Standing
    {
        /// <summary>Not joined yet.</summary>
        Outside,
        Member,

        /// <summary>Left by itself. Still looks, so that what arrives here is passed on to where it belongs.</summary>
        Left,

        /// <summary>Declared dead.</summary>
        Dead,
    }

    /// <inheritdoc/>
    public MemberIdentity Self { get; }

    /// <summary>Completes when this incarnation was declared dead: it serves nothing any more, and the program must end.</summary>
    public Task Died => _died.Task;

    /// <summary>Completes when somebody else, an operator, marked this member as draining: its shards go already; the program should end in good order.</summary>
    public Task AskedToLeave => _askedToLeave.Task;

    /// <summary>Whether the lease holds, so that this member may serve.</summary>
    public bool HoldsLease
    {
        get
        {
            lock (_gate)
            {
                return HoldsLeaseLocked;
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<MemberSighting> Members => Map.Members;

    /// <inheritdoc/>
    public IReadOnlyList<ShardLease> Shards => Map.Shards;

    private ClusterMap Map => Volatile.Read(ref _map);

    /// <inheritdoc/>
    public MemberIdentity? OwnerOf(int shard) => Map.OwnerOf(shard);

    /// <inheritdoc/>
    public Task<bool> NextChangeAsync(CancellationToken cancellation) => _changes.NextAsync(cancellation);

    /// <inheritdoc/>
    public void LookSoon() => _look.Set();

    /// <summary>Joins, and serves from then on whatever is its share. A store that does not answer is tried again.</summary>
    /// <param name="host">Gets the shards, and loses them.</param>
    /// <param name="cancellation">Gives up joining.</param>
    /// <returns>Ends when it has joined; its first shards come a moment later.</returns>
    public async Task JoinAsync(IShardHost host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (_host is not null)
        {
            throw new InvalidOperationException("An incarnation joins once.");
        }

        _host = host;
        if (!await BeatUntilJoinedAsync(cancellation))
        {
            Die();
            return;
        }

        _log.Joined(Self.Name, Self.BaseUrl, Self.Id, _settings.Lease, _settings.RenewEvery);
        _loops = Task.WhenAll(RunSessionAsync(), RunRenewalsAsync(), RunWatchAsync(), RunLooksAsync());
    }

    /// <inheritdoc/>
    public async Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation)
    {
        if (!HoldsLease)
        {
            return null;
        }

        if (await _epochs.ReacquireAsync(shard, epoch, cancellation) is not { } raised)
        {
            // Not ours, or no answer: the map knows.
            LookSoon();
            return null;
        }

        // The region goes on under this epoch by itself.
        NoteGiven(shard, raised);
        Learn([new ShardLease(shard, raised, Self.Id, null)]);
        return raised;
    }

    /// <inheritdoc/>
    public void Lost(ShardEpoch owned)
    {
        Volatile.Write(ref _lostAt[owned.Shard], _time.GetTimestamp());
        _unsettled = true;
        LookSoon();
    }

    /// <summary>
    /// Leaves in good order: takes no more shards, passes each of its own on when it has finished what it took, and leaves. Goes on looking, so
    /// that asks which still arrive here find the new owners.
    /// </summary>
    /// <param name="patience">When it ends, the rest is given back without a successor: whoever is left takes it at once.</param>
    public async Task DrainAsync(CancellationToken patience)
    {
        if (_standing != Standing.Member)
        {
            return;
        }

        (_draining, _unsettled) = (true, true);
        var drain = new Pulse(_time);
        _log.Draining(Map.CountOf(Self.Id));
        LookSoon();
        var said = false;
        while (!patience.IsCancellationRequested && _standing == Standing.Member)
        {
            said = said || await SayDrainingAsync();
            if (said && (Map.CountOf(Self.Id) == 0 || !HasSuccessors()))
            {
                break;
            }

            await drain.PauseAsync(_settings.PollSoon, patience);
        }

        await LeaveAsync();
    }

    /// <summary>Ends at once, as a crash would: without a word to the store. To end well, <see cref="DrainAsync"/> first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _stopping.Cancel();
        _metrics.Dispose();
        await _loops;
        _stopping.Dispose();
    }

    private async Task<bool> SayDrainingAsync()
    {
        try
        {
            return await CallAsync(_membership.DrainAsync, Self.Id);
        }
        catch (StoreUnavailableException silent)
        {
            _log.StoreSilent("draining", silent.Message, LeaseLeft);
            return false;
        }
    }

    private bool HasSuccessors() =>
        Map.Members.Any(member => member.State == MemberState.Active && !member.LeaseExpired && member.Identity.Id != Self.Id);

    private async Task LeaveAsync()
    {
        lock (_gate)
        {
            if (_standing != Standing.Member)
            {
                return;
            }

            _standing = Standing.Left;
        }

        var rest = Map.CountOf(Self.Id);
        await DropAllAsync(graceful: true);
        try
        {
            await CallAsync(async (id, cancellation) =>
            {
                await _membership.LeaveAsync(id, cancellation);
                return true;
            }, Self.Id);
            _log.Left(rest);
        }
        catch (StoreUnavailableException silent)
        {
            _log.LeftUnsaid(silent.Message);
        }

        LookSoon();
    }

    /// <summary>Calls the store with a bound on the time. A call that is given up may have taken place.</summary>
    private async Task<T> CallAsync<T>(Func<Guid, CancellationToken, Task<T>> call, Guid member)
    {
        using var patience = new CancellationTokenSource(_settings.StoreTimeout, _time);
        using var stop = _stop.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), patience);
        try
        {
            return await call(member, patience.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new StoreUnavailableException($"no answer within {_settings.StoreTimeout}");
        }
    }

    /// <summary>Takes in what this member did itself, without waiting for the next look.</summary>
    private void Learn(IReadOnlyList<ShardLease> moved)
    {
        if (moved.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            Volatile.Write(ref _map, _map.With(moved));
        }

        _unsettled = true;
        _changes.Raise();
    }
}
