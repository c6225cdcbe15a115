using System.Globalization;
using Akka.Configuration;
using StreamSupervisor.Actors.Defaults;

namespace StreamSupervisor.Actors.Membership;

/// <summary>Where a member listens to the others, and where they reach it.</summary>
/// <param name="AdvertisedHost">Of <c>cluster.advertise</c>: others connect there, and know the member by it.</param>
/// <param name="AdvertisedPort">1 to 65535.</param>
/// <param name="ListenHost">Of <c>cluster.listen</c>: an address of this machine, or 0.0.0.0.</param>
/// <param name="ListenPort">1 to 65535.</param>
public sealed record RemotingEndpoint(string AdvertisedHost, int AdvertisedPort, string ListenHost, int ListenPort);

/// <summary>
/// The part of <c>akka {}</c> that makes a cluster: actors, remoting, cluster, sharding, singletons, downing, shutdown. What is the same
/// for all members stands in <c>hocon/akka.conf</c>, with its reasons.
/// </summary>
public sealed record AkkaClusterSettings
{
    /// <summary>The name that all members give their actor system; part of every address.</summary>
    public const string SystemName = "streamsupervisor";

    /// <summary>
    /// Null: one supervisor, a cluster of one. Its remoting goes through memory and opens no port that another user of the machine could
    /// reach.
    /// </summary>
    public RemotingEndpoint? Remoting { get; init; }

    /// <summary>The settings, to be laid over Akka's own.</summary>
    public Config ToConfig() => Remoting is { } at
        ? ConfigurationFactory.ParseString(Ports(at)).WithFallback(AkkaDefaults.Of(AkkaDefaults.EveryMember, AkkaDefaults.InACluster))
        : ConfigurationFactory.ParseString(Memory()).WithFallback(AkkaDefaults.Of(AkkaDefaults.EveryMember, AkkaDefaults.Alone));

    /// <summary>A registry of its own: two supervisors in one process, as in tests, do not meet.</summary>
    private static string Memory() => $"akka.remote.memory.registry-key = \"{Guid.NewGuid()}\"";

    private static string Ports(RemotingEndpoint at) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        akka.remote.tls {
          advertised-host = {{Quoted(at.AdvertisedHost)}}
          advertised-port = {{at.AdvertisedPort}}
        }
        """);

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
