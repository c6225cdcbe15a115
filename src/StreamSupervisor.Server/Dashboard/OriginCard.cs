using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>One kind of hook of a server.</summary>
/// <param name="Hook">As SRS calls it.</param>
/// <param name="LastAt">When it came last to this member; null: never since it started.</param>
/// <param name="IsMissed">Whether others have come for a while and this one never: its line may be missing in the server's
/// configuration.</param>
public sealed record HookSighting(string Hook, DateTimeOffset? LastAt, bool IsMissed);

/// <summary>An SRS server as its page shows it.</summary>
/// <param name="Order">In which order its version asks and checks; null as long as nobody knows.</param>
/// <param name="LookTimes">How long its last lists of streams took, the newest last.</param>
/// <param name="CpuPercent">Of its only thread; 0 where nobody has said.</param>
/// <param name="BytesPerSecond">What it received lately.</param>
/// <param name="KicksForbidden">Why nobody can be kicked there; null: everybody can, as far as known.</param>
public sealed record OriginCard(OriginView Origin, CallOrder? Order, IReadOnlyList<TimeSpan> LookTimes, double CpuPercent,
    long BytesPerSecond, string? KicksForbidden, IReadOnlyList<HookSighting> Hooks)
{
    /// <summary>How long its last list took; null as long as there was none.</summary>
    public TimeSpan? LookTook => LookTimes is [.., var last] ? last : null;

    /// <summary>So long others must have come before the absence of a kind says anything.</summary>
    internal static readonly TimeSpan MissedAfter = TimeSpan.FromMinutes(10);

    /// <summary>Where nobody watches, it never comes.</summary>
    private const string OfPlayers = "on_play";

    /// <summary>What is known of the hooks of a server.</summary>
    /// <param name="hooks">Each kind, with when it came last.</param>
    /// <param name="since">Since when anybody listens.</param>
    internal static IReadOnlyList<HookSighting> SightingsOf(
        IReadOnlyList<(string Hook, DateTimeOffset? LastAt)> hooks, DateTimeOffset since, DateTimeOffset now)
    {
        var others = hooks.Max(hook => hook.LastAt);
        return
        [
            .. hooks.Select(hook => new HookSighting(
                hook.Hook, hook.LastAt, hook.LastAt is null && others is not null && now - since >= MissedAfter && hook.Hook != OfPlayers)),
        ];
    }
}
