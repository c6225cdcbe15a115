using System.Collections.Frozen;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// When each kind of hook came last from each SRS server, to this member, since it started. A kind that never comes is mostly a line that
/// is missing in that server's configuration.
/// </summary>
internal sealed class HookArrivals
{
    /// <summary>The kinds that a complete configuration sends (<c>hocon/srs.conf</c>), in the order of a broadcast.</summary>
    public static readonly IReadOnlyList<HookAction> Kinds =
    [
        HookAction.OnConnect, HookAction.OnPublish, HookAction.OnPlay, HookAction.OnUnpublish, HookAction.OnClose,
    ];

    private readonly TimeProvider _time;
    private volatile FrozenDictionary<string, long[]> _ticks;

    public HookArrivals(SupervisorOptions options, TimeProvider time)
    {
        _time = time;
        Since = time.GetUtcNow();
        _ticks = FrozenDictionary<string, long[]>.Empty;
        Use(options.Origins);
    }

    /// <summary>There are these servers from now on; of those that stay it is known when their hooks came.</summary>
    public void Use(IEnumerable<OriginOptions> origins)
    {
        var known = _ticks;
        _ticks = origins.ToFrozenDictionary(origin => origin.Name, origin =>
            known.GetValueOrDefault(origin.Name) ?? new long[(int)Enum.GetValues<HookAction>().Max() + 1]);
    }

    /// <summary>As SRS calls it: <c>on_publish</c>.</summary>
    public static string NameOf(HookAction kind) => Words.Of(kind).Replace('-', '_');

    /// <summary>Since when this member listens.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>A hook came. Takes no lock: every hook passes here.</summary>
    public void Note(string origin, HookAction action)
    {
        if (_ticks.TryGetValue(origin, out var last) && (uint)action < (uint)last.Length)
        {
            Volatile.Write(ref last[(int)action], _time.GetUtcNow().UtcTicks);
        }
    }

    /// <summary>When this kind came last; null: never.</summary>
    public DateTimeOffset? LastOf(string origin, HookAction action) =>
        _ticks.TryGetValue(origin, out var last) && Volatile.Read(ref last[(int)action]) is > 0 and var ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;
}
