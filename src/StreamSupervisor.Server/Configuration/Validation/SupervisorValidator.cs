namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary>All validators, one per concern; each reports everything that it finds.</summary>
internal static class SupervisorValidator
{
    public static void Check(SupervisorOptions options, Checks checks)
    {
        ListenValidator.Check(options, checks);
        PemCertificateChecks.Check(options, checks, TimeProvider.System.GetUtcNow());
        LogValidator.Check(options.Log, checks);
        TelemetryValidator.Check(options.Telemetry, checks);
        StorageValidator.Check(options.Storage, checks);
        JournalValidator.Check(options.Journal, checks);
        OriginsValidator.Check(options, checks);
        AdmissionValidator.Check(options, checks);
        HooksValidator.Check(options.Hooks, checks);
        SrsApiValidator.Check(options.SrsApi, checks);
        SweepValidator.Check(options.Sweep, checks);
        ApiValidator.Check(options, checks, TimeProvider.System.GetUtcNow());
        DashboardValidator.Check(options.Dashboard, checks);
        ClusterValidator.Check(options, checks);
        KernelValidator.Check(options.Kernel, checks);
        CredentialsValidator.Check(options.Credentials, checks);
        RegistrationsValidator.Check(options.Registrations, checks);
        WebhooksValidator.Check(options.Webhooks, checks);
        PublishedSecrets.Check(options, checks);
    }
}
