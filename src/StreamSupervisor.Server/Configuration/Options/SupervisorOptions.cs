using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Configuration;

/// <summary>Every setting of the program; <c>hocon/reference.conf</c> is their manual. One section, one class, one validator.</summary>
public sealed class SupervisorOptions
{
    public HttpOptions Http { get; init; } = new();
    public ManagementOptions Management { get; init; } = new();
    public LogOptions Log { get; init; } = new();
    public TelemetryOptions Telemetry { get; init; } = new();
    public StorageOptions Storage { get; init; } = new();
    public JournalOptions Journal { get; init; } = new();
    public List<OriginOptions> Origins { get; init; } = [];
    public AdmissionOptions Admission { get; init; } = new();
    public HooksOptions Hooks { get; init; } = new();
    public SrsApiOptions SrsApi { get; init; } = new();
    public SweepOptions Sweep { get; init; } = new();
    public ApiOptions Api { get; init; } = new();
    public DashboardOptions Dashboard { get; init; } = new();
    public ClusterOptions Cluster { get; init; } = new();
    public KernelOptions Kernel { get; init; } = new();
    public CredentialOptions Credentials { get; init; } = new();
    public RegistrationOptions Registrations { get; init; } = new();
    public List<WebhookOptions> Webhooks { get; init; } = [];

    /// <summary>The file that the settings were read from, for people; empty where no file was.</summary>
    internal string ReadFrom { get; set; } = "";

    /// <summary>Where each setting was set, for people; null where no file was read.</summary>
    internal SettingSources? Sources { get; set; }

    /// <summary>
    /// The block <c>akka { … }</c> beside <c>streamsupervisor</c>, in Akka's own form; laid under the settings that decide.
    /// </summary>
    internal string AkkaOverlay { get; set; } = "";
}
