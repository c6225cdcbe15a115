using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
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
internal sealed partial class SupervisorServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly SupervisorSystem _system;
    private readonly OtlpExport? _telemetry;
    private readonly OtlpLogs? _logs;
    private readonly SupervisorService _service;

    private SupervisorServer(WebApplication web, SupervisorSystem system, OtlpExport? telemetry, OtlpLogs? logs) =>
        (_web, _system, _telemetry, _logs, _service) = (web, system, telemetry, logs, web.Services.GetRequiredService<SupervisorService>());

    /// <summary>Where hooks and API really listen, for tests that let the system choose a port.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [.. _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>Its parts, for tests.</summary>
    internal IServiceProvider Services => _web.Services;

    /// <summary>Every route there is, for the test that knows who may call which.</summary>
    internal IReadOnlyList<Endpoint> Routes => _web.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>What the process ends with; 75 where the others condemned this member.</summary>
    public int ExitCode => _service.ExitCode;

    /// <summary>Builds everything; nothing listens yet.</summary>
    /// <exception cref="StreamSupervisor.Actors.Journal.StoreOpenException">The store can't be used; the message says what to
    /// do.</exception>
    /// <param name="options">Checked.</param>
    /// <param name="logging">Changes how is logged.</param>
    /// <param name="read">Reads the settings again, for a reload; null: there is nothing to read.</param>
    /// <param name="manual">The manual that its pages show; null: the one that knows no commands.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SupervisorServer> BuildAsync(SupervisorOptions options, Action<ILoggingBuilder>? logging = null,
        Func<LoadedConfiguration>? read = null, ManualBook? manual = null, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Configuration.Sources.Clear();
        var (ofWeb, ofActors) = (new LogLevels(options.Log, options.Telemetry.Otlp.IsOn), new LogLevels(options.Log, traced: false));
        var logs = OtlpLogs.Start(options);
        LogSetup.Configure(builder.Logging, options.Log, ofWeb);
        logging?.Invoke(builder.Logging);
        logs?.AddTo(builder.Logging);
        var certificate = new ServerCertificate(options.Http.Certificate);
        var http = new Listeners(options.Http.Listen);
        var management = new Listeners(options.Management.Listen);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Hooks.MaxBody;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            http.Bind(kestrel, certificate.Secure);
            management.Bind(kestrel, certificate.Secure);
        });

        // The actors outlive the web server: what it still holds is answered while they leave the cluster.
        var loggers = LoggerFactory.Create(actors =>
        {
            LogSetup.Configure(actors, options.Log, ofActors);
            logging?.Invoke(actors);
            logs?.AddTo(actors);
        });
        var time = new SteadyTime(TimeProvider.System);
        var registration = new RegistrationCredential(options.Credentials.Registration);
        var rules = new LiveRules(options, registration, loggers.CreateLogger<CredentialGate>());
        var system = await SupervisorSystem.BuildAsync(
            ActorSettings.Of(options, rules.Rows, rules.Policies), time, loggers, cancellation);
        AddServices(builder.Services, options, system, rules, registration, time);
        builder.Services.AddSingleton(manual ?? new ManualBook());
        builder.Services.AddSingleton(new Reloadable<SupervisorOptions>(options)).AddSingleton(certificate);
        builder.Services.AddSingleton(provider => new SettingsReload(
            read, provider.GetRequiredService<Reloadable<SupervisorOptions>>(), ReloadableParts.Of(provider, [ofWeb, ofActors]), system,
            time, provider.GetRequiredService<ILogger<SettingsReload>>()));
        var web = builder.Build();
        Map(web, http, management, options);
        return new SupervisorServer(web, system, OtlpExport.Start(options), logs);
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        _service.Introduce();
        return _web.StartAsync(cancellation);
    }

    /// <summary>Serves until it is asked to stop by a signal, the token, or an end that the cluster has decided.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ReloadOnHangUp();
        var lifetime = _web.Services.GetRequiredService<IHostApplicationLifetime>();
        try
        {
            await StartAsync(cancellation);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested
            || cancellation.IsCancellationRequested)
        {
            return; // The end came before the start was over: a store that refuses us, or a signal.
        }

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
        _logs?.Dispose();
        _hangUp?.Dispose();
    }

    private static void AddServices(IServiceCollection services, SupervisorOptions options, SupervisorSystem system, LiveRules rules,
        RegistrationCredential registration, TimeProvider time)
    {
        var drain = new OriginDrain(system.Streams, [.. options.Origins.Select(origin => origin.Name)], time);
        var arrivals = new HookArrivals(options, time);
        var views = new OriginViews(system.Directory, options.Origins, arrivals);
        var callers = new ApiCallers(options.Api);
        services.AddSingleton(time).AddSingleton(options).AddSingleton(rules.Policies).AddSingleton(system)
            .AddSingleton(rules.Gate).AddSingleton(rules.Reader).AddSingleton(rules.Relays).AddSingleton(views);
        services.AddSingleton(registration).AddSingleton(system.Streams).AddSingleton(system.Origins).AddSingleton(system.Directory)
            .AddSingleton(drain);
        services.AddSingleton<Readiness>().AddSingleton(new KnownHosts(options.Cluster));
        services.AddSingleton(_ => new PrometheusExporter());
        services.AddSingleton(_ => new SupervisorGauges(system.Directory, system.Streams, drain, system.Register, time));
        services.AddSingleton<ProcessGauges>();
        services.AddSingleton(provider => new ExpiryGauges(callers, () => provider.GetRequiredService<ServerCertificate>().Until,
            ActorSettings.CertificateOf(options.Cluster)?.ReadEnd(), TimeProvider.System));
        services.AddSingleton(options.Hooks).AddSingleton(new HookTokens(options.Origins));
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
            Callers = callers,
            Time = time,
        });
        services.AddSingleton(callers);
        services.AddSingleton(provider => ClusterContext.Of(system, options, callers, provider.GetRequiredService<Readiness>(), time,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Api.Orders")));
        services.AddSingleton(provider => new RegistrationContext
        {
            Region = system.Streams,
            Gate = rules.Gate,
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
        HeapKeeper.AddTo(services, time);
        ApiEndpoints.AddServices(services);
        DashboardEndpoints.AddServices(services, options.Dashboard);
    }

    private static void AddWebhooks(IServiceCollection services, SupervisorOptions options, SupervisorSystem system, TimeProvider time)
    {
        var targets = new WebhookTargets(WebhookTarget.Of(options.Webhooks));
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
        var callers = services.GetRequiredService<ApiCallers>();
        var (tokens, system) = (services.GetRequiredService<HookTokens>(), services.GetRequiredService<SupervisorSystem>());
        HeartbeatEndpoint.Map(web, tokens.Find, heard => system.Origins.Tell(heard)).OnListener(http.Ports);
        RegistrationEndpoints.Map(web, services.GetRequiredService<RegistrationContext>(), callers).OnListener(http.Ports);
        ApiEndpoints.Map(web).OnListener(http.Ports);
        WebhookEndpoints.Map(web, services.GetRequiredService<WebhookTargets>(), system.Webhooks, system.Feed,
            system.Notices, callers).OnListener(http.Ports);
        services.GetRequiredService<WebhookSender>().Start();
        ReloadEndpoint.Map(web).OnListener(http.Ports);
        ClusterEndpoints.MapForReaders(web).OnListener(http.Ports);
        (pages.Enabled ? DashboardEndpoints.Map(web) : AlertPages.Map(web)).OnListener(http.Ports);

        services.GetRequiredService<SupervisorGauges>();
        services.GetRequiredService<ProcessGauges>();
        services.GetRequiredService<ExpiryGauges>();
        ManagementEndpoints.Map(web).OnListener(management.Ports);
        ClusterEndpoints.Map(web).OnListener(management.Ports);
    }
}
