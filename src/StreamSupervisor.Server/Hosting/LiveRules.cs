using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;

namespace StreamSupervisor.Server.Hosting;

/// <summary>The rules by which an attempt is read, as the actors and the hooks share them; a reload replaces each as a whole.</summary>
internal sealed class LiveRules
{
    public LiveRules(SupervisorOptions options, RegistrationCredential registration, ILogger<CredentialGate> log)
    {
        Policies = Hosting.Policies.BookOf(options.Admission);
        Gate = new CredentialGate(options.Credentials, registration, log);
        Relays = RelaySettings.Of(options.Origins);
        Reader = new PublishAttemptReader(Policies, Gate, TimeProvider.System);
        Rows = new RowReader(Reader.EffectiveKeyOf, Reader.IdentityOf) { Relays = Relays };
    }

    public Reloadable<PolicyBook> Policies { get; }

    public Reloadable<CredentialGate> Gate { get; }

    public Reloadable<Relays> Relays { get; }

    public PublishAttemptReader Reader { get; }

    /// <summary>What the settings say about a publisher that SRS lists.</summary>
    public RowReader Rows { get; }
}
