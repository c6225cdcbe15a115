using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Effects;

/// <summary>Tells an entity a result until it was taken: an effect ends only by its report.</summary>
internal static class Reporting
{
    private static readonly TimeSpan AskFor = TimeSpan.FromSeconds(5);

    public static async Task ReportAsync(this IShardRegion<LiveStreamCommand, LiveStreamReply> region, string entityId, LiveStreamCommand report,
        TimeProvider time, CancellationToken cancellation)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), 2, TimeSpan.FromSeconds(2));
        while (true)
        {
            var result = await region.AskAsync(entityId, report, time.GetUtcNow() + AskFor, cancellation);
            if (result.Status == AskStatus.Answered)
            {
                return;
            }

            await Task.Delay(backoff.Next(), time, cancellation);
        }
    }
}
