using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// Orders about an origin or a member in the words of the feed. They stand in the journal as what happened to reserved keys, so nothing new
/// is stored for them, and one search finds all that was ordered.
/// </summary>
internal static class ClusterOrders
{
    private const string Origins = "origins";
    private const string Members = "members";

    /// <summary>For keys whose shard has to move first.</summary>
    private static readonly TimeSpan RecordWithin = TimeSpan.FromSeconds(30);

    /// <summary>The key that stands for an SRS node; locked while it takes no new streams.</summary>
    public static StreamKey OriginKey(string name) => new(StreamKey.ReservedVhost, Origins, name);

    /// <summary>The key that stands for a member.</summary>
    public static StreamKey MemberKey(string name) => new(StreamKey.ReservedVhost, Members, name.Replace('/', '-'));

    /// <summary>The entry with the sentence that its key needs; that of a stream as it is.</summary>
    public static TimelineEntry Tell(StreamKey key, LiveStreamEvent happened, TimelineEntry entry) =>
        key.Vhost != StreamKey.ReservedVhost ? entry : (key.App, happened) switch
        {
            (Origins, KeyLocked e) => entry with
            {
                Origin = key.Stream, Text = $"{e.By} took {key.Stream} out of the choice for new streams{For(e.Why)}",
            },
            (Origins, KeyUnlocked e) => entry with
            {
                Origin = key.Stream, Text = $"{e.By} took {key.Stream} into the choice for new streams again{For(e.Why)}",
            },
            (Members, OperatorActed { Action: "leave" } e) => entry with
            {
                Text = $"{e.By} asked member {key.Stream} to leave{For(e.Why)}",
            },
            (Members, OperatorActed { Action: "down" } e) => entry with
            {
                Text = $"{e.By} declared member {key.Stream} dead{For(e.Why)}",
            },
            (Members, OperatorActed { Action: "reload" } e) => entry with
            {
                Text = $"{e.By} had member {key.Stream} read its settings again{For(e.Why)}",
            },
            _ => entry,
        };

    private static string For(string why) => why.Length > 0 ? $": {why}" : ".";

    /// <summary>
    /// Writes an order down that was carried out elsewhere. Who gave it does not wait, and it stands though this fails: the key's owner may
    /// be the member that it was about.
    /// </summary>
    public static void Record(LiveStreamRegion region, TimeProvider time, ILogger log, StreamKey key, RecordOrder order) =>
        _ = Task.Run(async () =>
        {
            var answer = await region.AskAsync(key.ToString(), order, time.GetUtcNow() + RecordWithin, CancellationToken.None);
            if (answer.Status != AskStatus.Answered)
            {
                log.LogWarning("The order {Action} of {Key} by {By} was carried out, and is not in the journal: {Why}",
                    order.Action, key, order.By, answer.Why);
            }
        });
}
