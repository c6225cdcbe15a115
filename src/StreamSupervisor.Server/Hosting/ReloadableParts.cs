using StreamSupervisor.Actors;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Coworkers;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Server.Hosting;

/// <summary>Everything that a reload can replace, and how.</summary>
internal static class ReloadableParts
{
    /// <param name="services">Of the program.</param>
    /// <param name="levels">Of all logs.</param>
    public static IReadOnlyList<ReloadablePart> Of(IServiceProvider services, IReadOnlyList<LogLevels> levels)
    {
        var (policies, targets) = (services.GetRequiredService<Reloadable<PolicyBook>>(), services.GetRequiredService<WebhookTargets>());
        var (callers, certificate) = (services.GetRequiredService<ApiCallers>(), services.GetRequiredService<ServerCertificate>());
        return
        [
            new ReloadablePart("origins", options => OriginsOf(services, options)),
            new ReloadablePart("admission", options =>
            {
                var book = Policies.BookOf(options.Admission);
                return () => policies.Use(book);
            }),
            new ReloadablePart("credentials", options => CredentialsOf(services, options.Credentials)),
            new ReloadablePart("api.keys", options => () => callers.Use(options.Api)),
            new ReloadablePart("webhooks", options =>
            {
                var next = WebhookTarget.Of(options.Webhooks);
                return () => targets.Use(next);
            }),
            new ReloadablePart("http.certificate", options => certificate.Prepare(options.Http.Certificate), Always: true),
            new ReloadablePart("log.level", options => () =>
            {
                foreach (var level in levels)
                {
                    level.Use(options.Log);
                }
            }),
        ];
    }

    private static Action OriginsOf(IServiceProvider services, SupervisorOptions options)
    {
        var system = services.GetRequiredService<SupervisorSystem>();
        var (known, relays) = (services.GetRequiredService<Reloadable<Relays>>(), RelaySettings.Of(options.Origins));
        var endpoints = ActorSettings.EndpointsOf(options);
        var names = options.Origins.Select(origin => origin.Name).ToList();
        return () =>
        {
            // Those that go are there until no token leads to them.
            var gone = system.Directory.All.Select(origin => origin.Server.Endpoint).Where(origin => !names.Contains(origin.Name));
            system.UseOrigins([.. endpoints, .. gone]);
            known.Use(relays);
            services.GetRequiredService<HookArrivals>().Use(options.Origins);
            services.GetRequiredService<CoworkerEndpoint>().Use(options.Origins);
            services.GetRequiredService<OriginViews>().Use(options.Origins);
            services.GetRequiredService<OriginDrain>().Use(names);
            services.GetRequiredService<HookTokens>().Use(options.Origins);
            services.GetRequiredService<CoworkerTokens>().Use(options.Origins);
            system.UseOrigins(endpoints);
        };
    }

    private static Action CredentialsOf(IServiceProvider services, CredentialOptions credentials)
    {
        var (gate, registration) = (services.GetRequiredService<Reloadable<CredentialGate>>(),
            services.GetRequiredService<RegistrationCredential>());
        var next = new CredentialGate(
            credentials, registration, services.GetRequiredService<ILogger<CredentialGate>>(), before: gate.Value);
        return () =>
        {
            registration.Use(credentials.Registration);
            gate.Use(next);
        };
    }
}
