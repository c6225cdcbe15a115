using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Management;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.Server.Peers;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.Server.Sweeping;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// A running member: the store, the <see cref="Supervisor"/>, and Kestrel in front of it. Starts to listen first and says ready last; on its
/// way down it says not ready first, lets the requests in flight finish, and closes the store last.
/// </summary>
internal sealed class SupervisorHost : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Supervisor _supervisor;
    private readonly IMember _member;
    private readonly List<SrsServer> _apis;
    private readonly OtlpExport? _telemetry;

    private SupervisorHost(WebApplication web, Supervisor supervisor, IMember member, List<SrsServer> apis, OtlpExport? telemetry) =>
        (_web, _supervisor, _member, _apis, _telemetry) = (web, supervisor, member, apis, telemetry);

    /// <summary>Where hooks and API really listen, for tests that let the system choose a port.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [.. _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    public Supervisor Supervisor => _supervisor;

    /// <summary>Opens the store and builds everything; nothing listens yet.</summary>
    /// <exception cref="StreamSupervisor.Storage.StoreOpenException">The store can't be used; the message says what to do.</exception>
    public static async Task<SupervisorHost> BuildAsync(SupervisorOptions options, Action<ILoggingBuilder>? logging = null, CancellationToken cancellation = default)
    {
        var time = TimeProvider.System;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Configuration.Sources.Clear();
        ConfigureLogging(builder.Logging, options.Telemetry.Otlp.IsOn);
        logging?.Invoke(builder.Logging);

        var http = new Listeners(options.Http.Listen);
        var management = new Listeners(options.Management.Listen);
        var peers = new Listeners(options.Cluster.Enabled ? options.Cluster.Listen : []);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Hooks.MaxBody;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            http.Bind(kestrel);
            management.Bind(kestrel);
            peers.Bind(kestrel, PeerEndpoints.Configure);
        });

        using var bootstrap = LoggerFactory.Create(early =>
        {
            ConfigureLogging(early, traced: false);
            logging?.Invoke(early);
        });
        IMember member = options.Storage.Provider == "postgres"
            ? await PostgresMember.OpenAsync(options, time, bootstrap, cancellation)
            : await SoleMember.OpenAsync(options.Storage.Sqlite.Path, time, bootstrap, cancellation);
        var apis = new List<SrsServer>();
        var registration = RegistrationCredential.Create(options.Credentials.Registration, options.Origins.Select(origin => origin.HookToken));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton(_ => new PrometheusExporter());
        builder.Services.AddSingleton(services =>
            new CredentialGate(options.Credentials, registration, services.GetRequiredService<ILogger<CredentialGate>>()));
        builder.Services.AddSingleton(services => new Supervisor(new SupervisorParts
        {
            Options = options,
            Journal = member.Journal,
            Ownership = member.Ownership,
            Route = (local, host) => RouteOf(services, member, local, host),
            Duty = options.Cluster.Enabled ? services.GetRequiredService<LookExchange>() : SoleDuty.Instance,
            Apis = origin =>
            {
                var endpoint = new SrsEndpoint(origin.Name, origin.Api, origin.Username, origin.Password);
                var server = new SrsServer(endpoint, options.SrsApi, time, services.GetRequiredService<ILogger<SrsServer>>());
                apis.Add(server);
                return server.For(SrsPriority.Check);
            },
            Credentials = services.GetRequiredService<CredentialGate>(),
            Time = time,
            Loggers = services.GetRequiredService<ILoggerFactory>(),
        }));
        builder.Services.AddSingleton(_ => new PeerSignature(options.Cluster.Secrets, time));
        builder.Services.AddSingleton<PeerClient>();
        builder.Services.AddSingleton<HttpPeers>();
        builder.Services.AddSingleton(services => new LookExchange(
            member.View!, shard => services.GetRequiredService<Supervisor>().Host.StateOf(shard) == ShardState.Serving, services.GetRequiredService<PeerClient>(), time));
        builder.Services.AddSingleton(GaugesOf);
        builder.Services.AddSingleton(services => new OriginDrain(services.GetRequiredService<Supervisor>().Region, [.. options.Origins.Select(origin => origin.Name)], time));
        builder.Services.AddSingleton(services => ApiContextOf(services, options));
        builder.Services.AddSingleton(services => ClusterContextOf(services, member, options));
        builder.Services.AddSingleton(services => RegistrationContextOf(services, options, registration));
        builder.Services.AddSingleton(services => new HookTokens(options.Origins, services.GetRequiredService<Supervisor>().Origins));
        builder.Services.AddSingleton(services => new HookEndpoints(
            services.GetRequiredService<Supervisor>().Desk, services.GetRequiredService<HookTokens>(), options.Hooks, time, services.GetRequiredService<ILogger<HookEndpoints>>()));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<SupervisorService>(services, member, options.Journal));
        builder.Services.AddHostedService(services => services.GetRequiredService<SupervisorService>());
        ApiEndpoints.AddServices(builder.Services);

        var web = builder.Build();
        web.Services.GetRequiredService<HookEndpoints>().Map(web.MapGroup("").OnListener(http.Ports));
        MapHeartbeat(web).OnListener(http.Ports);
        RegistrationEndpoints.Map(web, web.Services.GetRequiredService<RegistrationContext>(), options.Api).OnListener(http.Ports);
        ApiEndpoints.Map(web).OnListener(http.Ports);
        web.Services.GetRequiredService<SupervisorGauges>();
        ManagementEndpoints.Map(web).OnListener(management.Ports);
        ClusterEndpoints.Map(web).OnListener(management.Ports);
        if (options.Cluster.Enabled)
        {
            var supervisor = web.Services.GetRequiredService<Supervisor>();
            supervisor.Desk.ClosedUnknown = web.Services.GetRequiredService<LookExchange>().PassOnClosed;
            web.Services.GetRequiredService<HttpPeers>().Undelivered = (entityId, command) => supervisor.Region.Tell(entityId, command);
            PeerEndpoints.Map(web, new PeerHost(supervisor), web.Services.GetRequiredService<PeerSignature>(), time,
                web.Services.GetRequiredService<ILogger<PeerEndpoints>>()).OnListener(peers.Ports);
        }

        return new SupervisorHost(web, web.Services.GetRequiredService<Supervisor>(), member, apis, OtlpExport.Start(options));
    }

    public Task StartAsync(CancellationToken cancellation) => _web.StartAsync(cancellation);

    /// <summary>Serves until it is asked to stop by a signal or the token.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await _web.StartAsync(cancellation);
        var lifetime = _web.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var asked = cancellation.Register(lifetime.StopApplication);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.Services.GetRequiredService<SupervisorService>().LeaveAsync();
        await _web.StopAsync();
        await _web.DisposeAsync();
        foreach (var api in _apis)
        {
            api.Dispose();
        }

        await _member.DisposeAsync();
        _telemetry?.Dispose();
    }

    private static IShardRegion<LiveStreamCommand, LiveStreamReply> RouteOf(IServiceProvider services, IMember member,
        IShardRegion<LiveStreamCommand, LiveStreamReply> local, IShardHost host) => member.View is { } view
        ? new ClusterRegion<LiveStreamCommand, LiveStreamReply>(new()
        {
            Local = local,
            Host = host,
            View = view,
            Peers = services.GetRequiredService<HttpPeers>(),
            Time = services.GetRequiredService<TimeProvider>(),
        })
        : local;

    private static SupervisorGauges GaugesOf(IServiceProvider services)
    {
        var (supervisor, time) = (services.GetRequiredService<Supervisor>(), services.GetRequiredService<TimeProvider>());
        var peers = supervisor.Cluster is null ? null : services.GetRequiredService<HttpPeers>();
        return new SupervisorGauges(supervisor.Origins, supervisor.Directory, services.GetRequiredService<OriginDrain>(), () => supervisor.Desk.WaitingTells,
            () => peers?.Waiting ?? 0, time);
    }

    private static ApiContext ApiContextOf(IServiceProvider services, SupervisorOptions options)
    {
        var supervisor = services.GetRequiredService<Supervisor>();
        return new ApiContext
        {
            Region = supervisor.Region,
            Journal = supervisor.Journal,
            ShardOf = ShardMap.ShardOf,
            Decode = stored => EventCodec.Decode(stored.Kind, stored.Payload.Span),
            Origins = () => OriginViews.Of(supervisor, options.Origins),
            Drained = services.GetRequiredService<OriginDrain>().GetAsync,
            Options = options.Api,
            Time = services.GetRequiredService<TimeProvider>(),
        };
    }

    private static ClusterContext ClusterContextOf(IServiceProvider services, IMember member, SupervisorOptions options) => new()
    {
        Self = member.View?.Self ?? new MemberIdentity(Guid.NewGuid(), options.Cluster.EffectiveName, options.Http.Listen[0]),
        View = member.View,
        Membership = member.Membership,
        Host = services.GetRequiredService<Supervisor>().Host,
        Api = options.Api,
        Management = options.Management,
    };

    private static RegistrationContext RegistrationContextOf(IServiceProvider services, SupervisorOptions options, RegistrationCredential credential)
    {
        var supervisor = services.GetRequiredService<Supervisor>();
        return new RegistrationContext
        {
            Region = supervisor.Region,
            Gate = services.GetRequiredService<CredentialGate>(),
            Credential = credential,
            Origins = () => OriginViews.LoadsOf(supervisor, options.Origins),
            Drain = services.GetRequiredService<OriginDrain>(),
            Options = options.Registrations,
            Time = services.GetRequiredService<TimeProvider>(),
        };
    }

    private static IEndpointConventionBuilder MapHeartbeat(WebApplication web)
    {
        var tokens = web.Services.GetRequiredService<HookTokens>();
        var origins = web.Services.GetRequiredService<Supervisor>().Origins;
        return HeartbeatEndpoint.Map(web, token => tokens.Find(token)?.Name,
            heartbeat => origins.Find(heartbeat.Origin)?.NoteHeartbeat(heartbeat.ServiceId, heartbeat.CpuPercent));
    }

    /// <param name="traced">Whether traces are exported.</param>
    private static void ConfigureLogging(ILoggingBuilder logging, bool traced)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        if (!traced)
        {
            // Says nothing at this level, but makes an activity and a scope for each request as long as it may; only traces need them.
            logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }
    }
}
