using System.Reflection;
using Npgsql;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Validation;

namespace StreamSupervisor.Server.Hosting;

/// <summary>What a person wants to read first in a log: which program with which settings, where it listens, and what SRS must be
/// told.</summary>
internal static class StartBanner
{
    /// <summary>The lines, one message each. A secret is shown only where it is published with the program.</summary>
    public static IEnumerable<string> Of(SupervisorOptions options)
    {
        var version = typeof(StartBanner)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
        yield return $"StreamSupervisor {version} starts. Settings: {(options.ReadFrom.Length > 0 ? options.ReadFrom : "none")}; "
            + $"store: {StoreOf(options.Storage)}; "
            + (options.Cluster.Enabled ? $"member {options.Cluster.EffectiveName} of a cluster, at {options.Cluster.Advertise}."
                : "alone.");
        yield return $"Listens: {string.Join(", ", options.Http.Listen)} (hooks, API); "
            + $"{string.Join(", ", options.Management.Listen)} (health, metrics, cluster).";
        if (options.Origins.Count > 0)
        {
            yield return $"srs.conf of {string.Join(", ", options.Origins.Select(origin => origin.Name))}, in each vhost: "
                + $"{HooksOf(options)}";
        }
    }

    private static string HooksOf(SupervisorOptions options)
    {
        var published = options.Origins is [{ HookToken: OriginsValidator.PublishedToken }];
        var listen = options.Http.Listen.Find(one => one.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            ?? options.Http.Listen.FirstOrDefault() ?? "";
        var address = listen.Replace("*", "ADDRESS", StringComparison.Ordinal).Replace("0.0.0.0", "ADDRESS", StringComparison.Ordinal)
            .Replace("[::]", "ADDRESS", StringComparison.Ordinal).TrimEnd('/');
        var url = $"{address}/hooks/v1/{(published ? OriginsValidator.PublishedToken : "TOKEN")}";
        var hooks = string.Concat(new[] { "on_connect", "on_publish", "on_unpublish", "on_close", "on_play" }.Select(hook =>
            $"{hook} {url}; "));
        return $"http_hooks {{ enabled on; {hooks}}}{(published ? "" : " where TOKEN is the origin's hook-token")}";
    }

    private static string StoreOf(StorageOptions storage)
    {
        if (storage.Provider != "postgres")
        {
            return $"SQLite {storage.Sqlite.Path}";
        }

        var connection = new NpgsqlConnectionStringBuilder(storage.Postgres.ConnectionString);
        var hosts = (connection.Host ?? "").Split(',')
            .Select(host => host.Contains(':', StringComparison.Ordinal) ? host : $"{host}:{connection.Port}");
        return $"PostgreSQL {connection.Database} at {string.Join(", ", hosts)}";
    }
}
