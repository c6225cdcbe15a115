using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Coworkers;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Management;
using StreamSupervisor.Server.Manual;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// A running member: its actors, and Kestrel in front of them. It listens first and says ready last; on its way down it says not ready
/// first, lets the requests in flight finish, and closes the store last.
/// </summary>
internal sealed class SupervisorServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly SupervisorSystem _system;
    private readonly OtlpExport? _telemetry;
    private readonly SupervisorService _service;

    private SupervisorServer(WebApplication web, SupervisorSystem system, OtlpExport? telemetry) => 
        (_web, _system, _telemetry, _service) = (web, system, telemetry, web.Services.GetRequiredService<SupervisorService>());

    /// <summary>Where hooks and API really listen, for tests that let the system choose a port.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [.. _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>Every route there is, for the test that knows who may call which.</summary>
    internal IReadOnlyList<Endpoint> Routes => _web.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>What the process ends with; 75 where the others condemned this member.</summary>
    public int ExitCode => _service.ExitCode;

    /// <summary>Builds everything; nothing listens yet.</summary>
    /// <exception cref="StreamSupervisor.Actors.Journal.StoreOpenException">The store can't be used; the message says what to
    /// do.</exception>
    public static async Task<SupervisorServer> BuildAsync(SupervisorOptions options, Action<ILoggingBuilder>? logging = null,
        CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Configuration.Sources.Clear();
        LogSetup.Configure(builder.Logging, options.Log, options.Telemetry.Otlp.IsOn);
        logging?.Invoke(builder.Logging);
        var http = new Listeners(options.Http.Listen);
        var management = new Listeners(options.Management.Listen);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Hooks.MaxBody;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            http.Bind(kestrel);
            management.Bind(kestrel);
        });

        // The actors outlive the web server: what it still holds is answered while they leave the cluster.
        var loggers = LoggerFactory.Create(actors =>
        {
            LogSetup.Configure(actors, options.Log, traced: false);
            logging?.Invoke(actors);
        });
        var time = new SteadyTime(TimeProvider.System);
        var registration = new RegistrationCredential(options.Credentials.Registration);
        var gate = new CredentialGate(options.Credentials, registration, loggers.CreateLogger<CredentialGate>());
        var policies = Policies.BookOf(options.Admission);
        var reader = new PublishAttemptReader(policies, gate, TimeProvider.System);
        var system = await SupervisorSystem.BuildAsync(ActorsOf(options, reader), time, loggers, cancellation);
        AddServices(builder.Services, options, system, gate, reader, registration, time);
        var web = builder.Build();
        Map(web, http, management, options);
        return new SupervisorServer(web, system, OtlpExport.Start(options));
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        _service.Introduce();
        return _web.StartAsync(cancellation);
    }

    /// <summary>Serves until it is asked to stop by a signal, the token, or an end that the cluster has decided.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var lifetime = _web.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var asked = cancellation.Register(lifetime.StopApplication);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.SayGoodbyeAsync();
        await _web.StopAsync();
        await _service.LeaveAsync();
        _service.SayStopped();
        await _web.DisposeAsync();
        await _system.DisposeAsync();
        _telemetry?.Dispose();
    }

    private static SupervisorSystemSettings ActorsOf(SupervisorOptions options, PublishAttemptReader reader) => ActorSettings.Of(
        options, new RowReader(reader.EffectiveKeyOf, reader.IdentityOf) { Relays = RelaySettings.Of(options.Origins) });

    private static void AddServices(IServiceCollection services, SupervisorOptions options, SupervisorSystem system, CredentialGate gate,
        PublishAttemptReader reader, RegistrationCredential registration, TimeProvider time)
    {
        var relays = RelaySettings.Of(options.Origins);
        var drain = new OriginDrain(system.Streams, [.. options.Origins.Select(origin => origin.Name)], time);
        var arrivals = new HookArrivals(options, time);
        var views = new OriginViews(system.Directory, options.Origins, arrivals);
        services.AddSingleton(time).AddSingleton(options).AddSingleton(Policies.BookOf(options.Admission)).AddSingleton(system)
            .AddSingleton(gate).AddSingleton(reader);
        services.AddSingleton(registration).AddSingleton(system.Streams).AddSingleton(system.Origins).AddSingleton(system.Directory)
            .AddSingleton(drain);
        services.AddSingleton<Readiness>().AddSingleton(new KnownHosts(options.Cluster));
        services.AddSingleton(_ => new PrometheusExporter());
        services.AddSingleton(_ => new SupervisorGauges(system.Directory, system.Streams, drain, system.Register, time));
        services.AddSingleton<ProcessGauges>();
        services.AddSingleton(options.Hooks).AddSingleton(relays).AddSingleton(new HookTokens(options.Origins));
        services.AddSingleton(new Availability(() => system.Membership.Joined.IsCompleted
            ? null
            : "this member has not joined its cluster yet"));
        services.AddSingleton(arrivals).AddSingleton<PublishHook>().AddSingleton<HookHandler>().AddSingleton<HookEndpoints>();
        services.AddSingleton(system.Index).AddSingleton<StreamLocator>().AddSingleton(new CoworkerTokens(options.Origins))
            .AddSingleton<CoworkerEndpoint>();
        services.AddSingleton(provider => new ApiContext
        {
            Log = provider.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Api.Orders"),
            Region = system.Streams,
            Timeline = system.Timeline,
            Feed = system.Feed,
            Tail = new FeedTail(
                system.Feed, time, options.Api.MaxFeeds, provider.GetRequiredService<ILogger<FeedTail>>(),
                provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping),
            Index = system.Index,
            Overview = new OverviewReader(
                system.Index, views.All, drain.GetAsync, system.Membership.View.Report, system.Counter.AskAsync, time),
            Origins = views.All,
            Drained = drain.GetAsync,
            LookSoon = origin => system.Origins.Tell(new SweepSoon(origin)),
            Options = options.Api,
            Time = time,
        });
        services.AddSingleton(provider => ClusterContext.Of(system, options, provider.GetRequiredService<Readiness>(), time,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Api.Orders")));
        services.AddSingleton(provider => new RegistrationContext
        {
            Region = system.Streams,
            Gate = gate,
            Credential = registration,
            Origins = views.Loads,
            Drain = drain,
            Options = options.Registrations,
            Time = time,
            CredentialTime = TimeProvider.System,
            Stopping = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping,
        });
        AddWebhooks(services, options, system, time);
        services.AddSingleton<SupervisorService>();
        services.AddHostedService(provider => provider.GetRequiredService<SupervisorService>());
        SystemdReports.AddTo(services);
        ApiEndpoints.AddServices(services);
        DashboardEndpoints.AddServices(services, options.Dashboard, options.Api);
    }

    private static void AddWebhooks(IServiceCollection services, SupervisorOptions options, SupervisorSystem system, TimeProvider time)
    {
        var targets = WebhookTarget.Of(options.Webhooks);
        services.AddSingleton(targets).AddSingleton<WebhookGauges>();
        services.AddSingleton(provider => new WebhookSender(targets, system, provider.GetRequiredService<WebhookGauges>(),
            new WebhookPace(), time, provider.GetRequiredService<ILogger<WebhookSender>>()));
        services.AddHostedService(_ => new WebhookService(targets, system, time));
    }

    private static void Map(WebApplication web, Listeners http, Listeners management, SupervisorOptions options)
    {
        var services = web.Services;
        LeavingClients.PassOver(web);
        if (options.Dashboard.PathBase.Length > 0)
        {
            web.UsePathBase(options.Dashboard.PathBase);
        }

        FrontPage.TakeHeadAsGet(web);
        var pages = options.Dashboard;
        FrontPage.Map(web, pages.Enabled ? (pages.PathBase + DashboardEndpoints.Prefix, http.Ports) : null)
            .OnListener(new HashSet<int>([.. http.Ports, .. management.Ports]));
        services.GetRequiredService<HookEndpoints>().Map(web.MapGroup("").OnListener(http.Ports));
        services.GetRequiredService<CoworkerEndpoint>().Map(web.MapGroup("").OnListener(http.Ports));
        var (tokens, system) = (services.GetRequiredService<HookTokens>(), services.GetRequiredService<SupervisorSystem>());
        HeartbeatEndpoint.Map(web, tokens.Find, heard => system.Origins.Tell(heard)).OnListener(http.Ports);
        RegistrationEndpoints.Map(web, services.GetRequiredService<RegistrationContext>(), options.Api).OnListener(http.Ports);
        ApiEndpoints.Map(web).OnListener(http.Ports);
        WebhookEndpoints.Map(web, services.GetRequiredService<IReadOnlyList<WebhookTarget>>(), system.Webhooks, system.Feed,
            system.Notices, options.Api).OnListener(http.Ports);
        services.GetRequiredService<WebhookSender>().Start();
        ClusterEndpoints.MapForReaders(web).OnListener(http.Ports);
        AlertPages.Map(web).OnListener(http.Ports);
        if (pages.Enabled)
        {
            DashboardEndpoints.Map(web).OnListener(http.Ports);
        }

        services.GetRequiredService<SupervisorGauges>();
        services.GetRequiredService<ProcessGauges>();
        ManagementEndpoints.Map(web).OnListener(management.Ports);
        ClusterEndpoints.Map(web).OnListener(management.Ports);
    }
}
