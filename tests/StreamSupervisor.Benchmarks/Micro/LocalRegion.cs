using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>The kernel with the product's rules, on one member that owns everything.</summary>
internal sealed class LocalRegion : IDisposable
{
    /// <summary>First wins, and nothing that counts how often a key is published: no key in real life is published as often as here.</summary>
    public static readonly PolicyBook Policies = new(
        StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins, FightWindow = TimeSpan.FromSeconds(1), FlappingPublishes = 1000 }, IdentityRule.Key, []);

    private static readonly HoldLimits Hold = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

    private LocalRegion(ShardRegion<LiveStreamState, LiveStreamCommand, LiveStreamEvent, LiveStreamReply> region) => Region = region;

    public ShardRegion<LiveStreamState, LiveStreamCommand, LiveStreamEvent, LiveStreamReply> Region { get; }

    public static async Task<LocalRegion> StartAsync(IJournal journal, IShardOwnership ownership, long epoch)
    {
        var region = new ShardRegion<LiveStreamState, LiveStreamCommand, LiveStreamEvent, LiveStreamReply>(new()
        {
            Behavior = new LiveStreamBehavior(Policies),
            Journal = journal,
            Ownership = ownership,
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            Settings = ShardRegionSettings.Default with { PassivateAfter = TimeSpan.FromHours(1), MailboxSize = 1024 },
        });
        await Task.WhenAll(Enumerable.Range(0, ShardMap.Shards).Select(shard => region.OwnAsync(new ShardEpoch(shard, epoch), CancellationToken.None)));
        return new LocalRegion(region);
    }

    public static string KeyOf(int number) => $"{StreamKey.DefaultVhost}/live/cam{number:0000000}";

    public static RequestPublish Publish(long client) =>
        new(new Publisher(SessionOf(client), "srs-1", "203.0.113.10", "key"), AskedIn.OnPublish, CredentialVerdict.NotRequired, Hold);

    public static SessionId SessionOf(long client) => new("srs-1", "695b8atn", client.ToString("D8", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A free key is published, and unpublished: two hooks.</summary>
    public async Task PublishAndUnpublishAsync(string key, long client)
    {
        var answer = await Region.AskAsync(key, Publish(client), TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10), CancellationToken.None);
        if (answer.Reply is not Allowed || !Region.Tell(key, new ReportUnpublished(SessionOf(client))))
        {
            throw new InvalidOperationException($"{key}: {answer.Status} {answer.Reply} {answer.Why}");
        }
    }

    public void Dispose() => Region.Dispose();
}
