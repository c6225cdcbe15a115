using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary>
/// Secrets that stand, or once stood, in files that everybody can read. They protect nothing, so as soon as other machines reach a listener
/// they are an error; on loopback they are good for a try.
/// </summary>
internal static class PublishedSecrets
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        OriginsValidator.PublishedToken, "compose-srs-1-hooks", "compose-srs-2-hooks", "compose-cluster-secret-0123456789",
            "compose-control-room-key",
        // The examples of Standard Webhooks and its libraries.
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_plJ3nmyCDGBKInavdOK15jsl", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    };

    /// <summary>Whether everybody can read it somewhere, or what it is the hash of.</summary>
    public static bool IsKnown(string secret) => Known.Contains(secret)
        || (secret.StartsWith(ApiKeyHash.Prefix, StringComparison.Ordinal)
            && Known.Any(known => ApiKeyHash.TextOf(known).Equals(secret, StringComparison.OrdinalIgnoreCase)));

    public static void Check(SupervisorOptions options, Checks checks)
    {
        var open = !ListenValidator.IsLoopbackOnly([.. options.Http.Listen, .. options.Management.Listen, .. options.Cluster.Enabled
            ? options.Cluster.Listen
            : []]);
        void Look(string setting, string secret) => checks.Require(setting, !open || !IsKnown(secret),
            "is published with this program, while other machines reach a listener of it.", "Write one of your own: openssl rand -hex 16");

        for (var i = 0; i < options.Origins.Count; i++)
        {
            Look($"origins[{i}].hook-token", options.Origins[i].HookToken);
            Look($"origins[{i}].coworkers-token", options.Origins[i].CoworkersToken);
        }

        for (var i = 0; i < options.Api.Keys.Count; i++)
        {
            Look($"api.keys[{i}].key", options.Api.Keys[i].Key);
            Look($"api.keys[{i}].key-hash", options.Api.Keys[i].KeyHash);
        }

        Look("cluster.secret", options.Cluster.Secret);
        Look("cluster.previous-secret", options.Cluster.PreviousSecret);
    }
}
