
namespace StreamSupervisor.Server.Configuration.Validation;

internal static class RegistrationsValidator
{
    public static void Check(RegistrationOptions registrations, Checks checks)
    {
        checks.Within("registrations.reserve", registrations.Reserve, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10),
            "nobody else may publish the key meanwhile");
        checks.Within("registrations.settle", registrations.Settle, TimeSpan.Zero, TimeSpan.FromSeconds(2),
            "the encoder's call waits for it");
        checks.Within("registrations.attempts", registrations.Attempts, 1, 100);
        checks.Within("registrations.max-wait", registrations.MaxWait, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1),
            "proxies close calls that are silent for longer");
        checks.Within("registrations.max-watchers", registrations.MaxWatchers, 1, 100_000);
    }
}
