using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.Counts;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors;

/// <summary>
/// One member's actor system: remoting, cluster, sharding and persistence in one place, and the doors that the server uses.
/// <para>
/// It is built before the database answers, so that the program can listen first: hooks are answered as configured, and
/// <see cref="JoinAsync"/> brings the schema up to date and joins the cluster as soon as the database is there.
/// </para>
/// </summary>
public sealed partial class SupervisorSystem : IAsyncDisposable
{
    private static readonly TimeSpan ShardsWithin = TimeSpan.FromSeconds(2);

    private readonly SupervisorSystemSettings _settings;
    private readonly ActorSystem _system;
    private readonly JournalStore _store;
    private readonly ClusterMembership _membership;
    private readonly SrsServers _servers;
    private readonly LiveStreamServices _services;
    private readonly TimeProvider _time;
    private readonly LaggingSearch _lagging;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private Task _clearing = Task.CompletedTask;
    private FileWatch? _watch;

    private SupervisorSystem(SupervisorSystemSettings settings, JournalStore store, TimeProvider time, ILoggerFactory loggers)
    {
        (_settings, _store, _time, _log) = (settings, store, time, loggers.CreateLogger<SupervisorSystem>());
        _servers = new SrsServers(settings.Origins, settings.SrsApi, time, loggers);
        var hold = new AdmissionHold(settings.Origins.Select(origin => origin.Name));
        _membership = settings.Cluster is { } cluster
            ? ClusterMembership.Of(cluster.Membership, time, loggers, hold)
            : ClusterMembership.Alone(time, loggers, hold);
        _system = CreateSystem(settings, _membership, time, loggers);
        Directory = new OriginDirectory(_servers);
        _services = ServicesOf(settings);
        Streams = LiveStreamRegion.Start(_system, _services);
        Timeline = new Timeline(store);
        Feed = new EventFeed(store, time);
        Notices = new NoticeStore(store, time);
        Webhooks = new WebhookStore(store);
        Index = new StreamIndex(store);
        _lagging = new LaggingSearch(Feed.NewestAsync, Index.LaggingAsync, time);
        Origins = StartOrigins();
        StartIndex(loggers);
        _system.ActorOf(MemberCounter.PropsOf(_services.LastMinute, _services.Quarantine), MemberCounter.ActorName);
        Counter = new ClusterCounter(_system, time);
    }

    /// <summary>Builds the member's actors. A file is opened; a database need not answer yet.</summary>
    /// <exception cref="StoreOpenException">
    /// The store cannot be used, or settings that decide are overridden; the message says what to do.
    /// </exception>
    /// <exception cref="System.Net.Sockets.SocketException">The port for other members cannot be listened on.</exception>
    public static async Task<SupervisorSystem> BuildAsync(SupervisorSystemSettings settings, TimeProvider time, ILoggerFactory loggers,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var store = await JournalStore.CreateAsync(settings.Store, time, loggers.CreateLogger<JournalStore>(), cancellation);
        try
        {
            return new SupervisorSystem(settings, store, time, loggers);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the schema up to date and takes part from then on; a database that does not answer is waited for.</summary>
    /// <param name="useRegistrationKey">
    /// Hears the key that signs what registrations hand out, before this member takes part. All members have the same: the first made it.
    /// </param>
    /// <returns>True as soon as this member is in the cluster; false when the others condemned it before, so that it must end.</returns>
    /// <exception cref="StoreOpenException">The store cannot be used as it is; the message says what to do.</exception>
    public async Task<bool> JoinAsync(Action<byte[]> useRegistrationKey, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(useRegistrationKey);
        await _store.PrepareAsync(_time, _log, cancellation);
        if (_store is SqliteStore file)
        {
            _watch = new FileWatch(file, _membership, _system, _time, _log);
            await _watch.BeginAsync(cancellation);
        }

        useRegistrationKey(await StoreWait.UntilItAnswersAsync(
            () => RegistrationKey.ReadAsync(_store, cancellation), _time, _log, cancellation));

        // Before it joins: with its membership it gets keys of others, whose encoders would wait for its compiler.
        await new WarmUp(_system, _store, _time, _log).RunAsync(_membership.Incarnation, cancellation);
        _membership.Start(_system);
        await Task.WhenAny(_membership.Joined, _membership.Ended).WaitAsync(cancellation);
        if (!_membership.Joined.IsCompletedSuccessfully)
        {
            return false;
        }

        if (_settings.Retention > TimeSpan.Zero)
        {
            _clearing = new Retention(_store, new RetentionSettings { Keep = _settings.Retention }, _time, _log).RunAsync(_stopping.Token);
        }

        return true;
    }

    /// <summary>Gives every key to the other members and leaves the cluster.</summary>
    /// <param name="patience">When it ends, the rest is let go as it is.</param>
    public async Task LeaveAsync(CancellationToken patience)
    {
        try
        {
            await _membership.LeaveAsync().WaitAsync(patience);
        }
        catch (OperationCanceledException)
        {
            _log.LogWarning("Leaving took longer than there was time; the others take over what is left.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _clearing;
        await _system.Terminate();
        await (_watch?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _membership.DisposeAsync();
        _servers.Dispose();
        await _store.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>
    /// These SRS servers are configured from now on. What is under way with one that is taken out is given up; one that is called in
    /// another way is found out anew.
    /// </summary>
    public void UseOrigins(IReadOnlyList<SrsEndpoint> origins)
    {
        ArgumentNullException.ThrowIfNull(origins);
        var changed = _servers.Use(origins);
        Directory.Reload();
        _membership.Hold.Use(origins.Select(origin => origin.Name));
        AdmissionTelemetry.Begin(origins.Select(origin => origin.Name));
        if (changed.Count > 0)
        {
            _system.EventStream.Publish(new OriginsReloaded(changed));
        }
    }

    private LiveStreamServices ServicesOf(SupervisorSystemSettings settings) => new()
    {
        Policies = settings.Policies,
        Time = _time,
        MayAnswer = () => _membership.Pulse.MayAnswer,
        Servers = _servers,
        StandingOf = Directory.StandingOf,
        IsOutOfReach = Directory.IsOutOfReach,
        IsAnotherServer = Directory.IsAnotherServer,
        Rules = settings.Rows,
        Settings = settings.Streams,
        Hold = _membership.Hold,
        LastMinute = new LastMinute(_time),
    };

    private OriginRegion StartOrigins()
    {
        var services = new OriginServices
        {
            Directory = Directory,
            Streams = Streams,
            Rows = _settings.Rows,
            LoadBeliefs = LoadBeliefsAsync,
            ListBeliefs = (origin, cancellation) => Index.KeysOnOriginAsync(origin, cancellation),
            Time = _time,
            Settings = _settings.Looks,
            Gauges = _services.Gauges,
        };
        var region = OriginRegion.Start(_system, name => OriginActor.PropsOf(name, services), _time);
        _system.ActorOf(OriginKeeper.PropsOf(Directory, region, _membership.Hold), OriginKeeper.ActorName);
        _system.ActorOf(BeliefForwarder.PropsOf(region, _membership.Hold), BeliefForwarder.ActorName);
        return region;
    }

    private void StartIndex(ILoggerFactory loggers)
    {
        _system.ActorOf(StreamIndexWriter.PropsOf(_store, _time, loggers.CreateLogger<StreamIndexWriter>()), StreamIndexWriter.ActorName);
        var index = new WakerIndex(
            (now, after, cancellation) => Index.DueAsync(now, after, cancellation: cancellation), StreamIndex.DuePage,
            (anew, cancellation) => anew ? _lagging.BeginAsync(cancellation) : _lagging.NextAsync(cancellation));
        var waker = Props.Create(() => new Waker(index, key => Streams.Tell(key, Wake.Instance), _time, loggers.CreateLogger<Waker>()));
        _system.ActorOf(
            ClusterSingletonManager.Props(waker, PoisonPill.Instance, ClusterSingletonManagerSettings.Create(_system)), "waker");
    }

    private async Task<IReadOnlyList<StreamBelief>> LoadBeliefsAsync(string origin, CancellationToken cancellation)
    {
        var beliefs = new List<StreamBelief>();
        var after = "";
        while (await Index.OnOriginAsync(origin, after, cancellation: cancellation) is { Count: > 0 } page)
        {
            beliefs.AddRange(page.Where(row => row.Summary is not null).Select(row => BeliefOf(row.Summary!, row.Sequence)));
            after = page[^1].Key;
        }

        return beliefs;
    }

    private static StreamBelief BeliefOf(StreamSummary stream, long sequence) => new(stream.Key, sequence, stream.Phase, stream.Session,
        stream.Handover?.To, stream.Evictions, stream.Wedges, stream.Relays ?? []);
}
