using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>The settings in force after a reload: the parts that can be replaced of the new ones, and the others as they were.</summary>
internal static class LiveSettings
{
    public static SupervisorOptions Of(SupervisorOptions old, SupervisorOptions next) => new()
    {
        Http = new HttpOptions { Listen = old.Http.Listen, Certificate = next.Http.Certificate },
        Management = old.Management,
        Log = new LogOptions { Level = next.Log.Level, Format = old.Log.Format },
        Telemetry = old.Telemetry,
        Storage = old.Storage,
        Journal = old.Journal,
        Origins = next.Origins,
        Admission = next.Admission,
        Hooks = old.Hooks,
        SrsApi = old.SrsApi,
        Sweep = old.Sweep,
        Api = new ApiOptions { Keys = next.Api.Keys, MaxPage = old.Api.MaxPage, MaxFeeds = old.Api.MaxFeeds },
        Dashboard = old.Dashboard,
        Cluster = old.Cluster,
        Kernel = old.Kernel,
        Credentials = next.Credentials,
        Registrations = old.Registrations,
        Webhooks = next.Webhooks,
        ReadFrom = next.ReadFrom,
        Sources = next.Sources,
        AkkaOverlay = old.AkkaOverlay,
    };
}
