using StreamSupervisor.Actors.Counts;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Server.Api;

/// <summary>The whole cluster in numbers.</summary>
/// <param name="At">When it was counted: about a second ago, or longer where counting takes long.</param>
/// <param name="Streams">Stream keys by their state.</param>
/// <param name="Origins">SRS nodes by their state.</param>
/// <param name="Members">The supervisors.</param>
/// <param name="Trouble">What a person should look at; all 0 where nothing is.</param>
/// <param name="LastMinute">What was decided.</param>
public sealed record OverviewView(DateTimeOffset At, StreamCountsView Streams, OriginCountsView Origins, MemberCountsView Members,
    TroubleView Trouble, LastMinuteView LastMinute);

/// <summary>Stream keys of the whole cluster, from the index: it lags by the tenth of a second.</summary>
/// <param name="Live">Somebody publishes.</param>
/// <param name="Handover">A change of hands is under way.</param>
/// <param name="Interrupted">Lost; a return within the reconnect window is the same broadcast.</param>
/// <param name="Idle">Remembered, and nothing is under way; counted once a minute.</param>
/// <param name="Locked">Nobody may start to publish; in whatever state they are.</param>
/// <param name="Pinned">Only one identity may; in whatever state they are.</param>
public sealed record StreamCountsView(int Live, int Handover, int Interrupted, long Idle, int Locked, int Pinned)
{
    internal static StreamCountsView Of(StreamCounts counts, long idle) =>
        new(counts.Live, counts.Handover, counts.Interrupted, idle, counts.Locked, counts.Pinned);
}

/// <summary>SRS nodes by their state, as <c>/api/v1/origins</c> shows it.</summary>
/// <param name="Draining">Taken out of the choice for new streams; in whatever state they are.</param>
public sealed record OriginCountsView(int Up, int Suspect, int Down, int Unknown, int Draining)
{
    internal static OriginCountsView Of(IReadOnlyList<OriginView> origins, IReadOnlySet<string> drained)
    {
        return new OriginCountsView(In("up"), In("suspect"), In("down"), In("unknown"), origins.Count(one => drained.Contains(one.Name)));

        int In(string state) => origins.Count(one => one.State == state);
    }
}

/// <summary>The supervisors, as the one that answers sees them.</summary>
/// <param name="Up">They serve.</param>
/// <param name="Joining">They start.</param>
/// <param name="Leaving">They hand over and end.</param>
/// <param name="Silent">Alive for the database, and not heard by the one that answers.</param>
/// <param name="Dead">Declared dead within ten minutes.</param>
public sealed record MemberCountsView(int Up, int Joining, int Leaving, int Silent, int Dead)
{
    internal static MemberCountsView Of(MembershipReport report)
    {
        return new MemberCountsView(
            In(MemberState.Active), In(MemberState.Joining), In(MemberState.Draining),
            report.Members.Count(member => member is { State: MemberState.Active, Reachable: false }),
            report.Ended.Count(member => member.State == MemberState.Dead));

        int In(MemberState state) => report.Members.Count(member =>
            member.State == state && (member.Reachable || state != MemberState.Active));
    }
}

/// <summary>What a person should look at.</summary>
/// <param name="Fights">Keys in the cool-down after two encoders pushed each other out.</param>
/// <param name="Wedges">Keys of which SRS holds a ghost.</param>
/// <param name="Stalled">Keys with a removal that does not get on.</param>
/// <param name="Quarantined">Keys whose journal can't be read.</param>
/// <param name="Flapping">Keys that were found within the last minute to be published again and again.</param>
/// <param name="Orphaned">Keys that SRS publishes for nobody, of each node at most 100.</param>
public sealed record TroubleView(int Fights, int Wedges, int Stalled, int Quarantined, int Flapping, int Orphaned)
{
    internal static TroubleView Of(StreamCounts streams, MemberCounts members, IReadOnlyList<OriginView> origins) => new(
        streams.Fights, streams.Wedged, streams.Stalled, members.Quarantined, members.Flaps,
        origins.Sum(one => one.OrphanedKeys?.Count ?? 0));
}

/// <summary>What the members decided within the last minute. Those of a member that has died are not among them.</summary>
/// <param name="Admissions">Attempts that were let in.</param>
/// <param name="Refusals">Attempts that were refused.</param>
/// <param name="Takeovers">Admissions, among those, for which an older session was removed.</param>
/// <param name="MembersSilent">How many members did not answer: what they count is missing here, and among the quarantined and
/// flapping.</param>
public sealed record LastMinuteView(int Admissions, int Refusals, int Takeovers, int MembersSilent)
{
    internal static LastMinuteView Of(ClusterCounts counts) =>
        new(counts.All.Admissions, counts.All.Refusals, counts.All.Takeovers, counts.Silent);
}
