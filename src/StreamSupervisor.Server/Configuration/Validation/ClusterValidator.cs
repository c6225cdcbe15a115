using System.Net;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>cluster</c>; its <c>listen</c> is checked with the other listeners.</summary>
internal static class ClusterValidator
{
    private const int ShortSecret = 16;
    private const int RenewalsPerLease = 3;

    public static void Check(SupervisorOptions options, Checks checks)
    {
        var cluster = options.Cluster;
        var postgres = options.Storage.Provider == "postgres";
        checks.Require("cluster.enabled", !cluster.Enabled
            || postgres, "needs storage.provider = postgres: the members agree through one database.",
            "Set storage.provider = postgres, or take cluster.enabled out.");
        checks.Require("cluster.enabled", cluster.Enabled || !postgres, "is false, but storage.provider = postgres.",
            "Set cluster.enabled = true, also for a single member: PostgreSQL is where members join.");
        checks.Require("cluster.name", cluster.Name.Length <= 64
            && !cluster.Name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)), "is no good name.",
            "Use up to 64 characters without blanks, such as \"supervisor-1\"; left empty it is the name of the machine.");
        CheckAdvertise(cluster, checks);
        CheckSecrets(cluster, checks);
        CertificateChecks.Check(cluster.Certificate, checks, TimeProvider.System.GetUtcNow());
        checks.Within("cluster.lease.ttl", cluster.Lease.Ttl, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        checks.Within("cluster.lease.renew", cluster.Lease.Renew, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20));
        checks.Require("cluster.lease.renew", cluster.Lease.Renew * RenewalsPerLease <= cluster.Lease.Ttl,
            $"{Settings.SettingValue.Format(cluster.Lease.Renew)} leaves room for fewer than {RenewalsPerLease} renewals in "
                + $"cluster.lease.ttl ({Settings.SettingValue.Format(cluster.Lease.Ttl)}): one that is late would cost a member its "
                + "shards.",
            "Renew more often, or raise cluster.lease.ttl.");
    }

    private static void CheckAdvertise(ClusterOptions cluster, Checks checks)
    {
        const string fix = "Write where the other members reach this one, such as \"http://10.0.0.1:8560\".";
        if (!checks.Require("cluster.advertise", !cluster.Enabled || cluster.Advertise.Length > 0, "is missing.", fix)
            || cluster.Advertise.Length == 0)
        {
            return;
        }

        if (!checks.Require("cluster.advertise", Uri.TryCreate(cluster.Advertise, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" && uri.Host.Length > 0,
            "is no http or https address.", fix))
        {
            return;
        }

        checks.Require("cluster.advertise", uri!.UserInfo.Length == 0 && uri.PathAndQuery == "/" && uri.Fragment.Length == 0
            && !cluster.Advertise.EndsWith('/'),
            "holds more than an address and a port.", $"Write {uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}.");
        checks.Require("cluster.advertise", !IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)
            || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)),
            "means every address, which nobody can call.", fix);
    }

    private static void CheckSecrets(ClusterOptions cluster, Checks checks)
    {
        const string fix = "Write the same 16 or more random letters and digits on every member (openssl rand -hex 32).";
        if (checks.Require("cluster.secret", !cluster.Enabled || cluster.Secret.Length > 0 || cluster.Certificate.File.Length > 0,
            "is missing: it is what members know each other by.", fix))
        {
            checks.Require("cluster.secret", cluster.Secret.Length is 0 or >= ShortSecret,
                $"is shorter than {ShortSecret} characters and may be guessed.", fix);
        }

        checks.Require("cluster.previous-secret", cluster.PreviousSecret.Length is 0 or >= ShortSecret,
            $"is shorter than {ShortSecret} characters and may be guessed.", fix);
        checks.Advise("cluster.previous-secret", cluster.PreviousSecret.Length == 0
            || cluster.PreviousSecret != cluster.Secret, "is the same as cluster.secret.",
            "Take it out.");
    }
}
