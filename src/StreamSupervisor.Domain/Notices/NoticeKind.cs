using System.Collections.Frozen;

namespace StreamSupervisor.Domain.Notices;

/// <summary>What others are told of, as webhooks name it. The names are for ever: receivers choose by them.</summary>
public enum NoticeKind
{
    /// <summary>Nothing that anybody is told of.</summary>
    None,

    /// <summary>A publisher was let in and a broadcast begins.</summary>
    StreamStarted,

    /// <summary>The publisher was lost; a return within the reconnect window goes on with the same broadcast.</summary>
    StreamInterrupted,

    /// <summary>A publisher came back within the window.</summary>
    StreamResumed,

    /// <summary>The broadcast is over: the window passed, or the encoder had said so.</summary>
    StreamEnded,

    /// <summary>Another session took the place of the one that had the key.</summary>
    StreamTakenOver,

    /// <summary>An attempt to publish was refused.</summary>
    StreamRefused,

    /// <summary>Two sources push each other out; one is kept for a while.</summary>
    StreamFight,

    /// <summary>A server holds a ghost of the key, which only its restart frees.</summary>
    StreamWedged,

    /// <summary>The publisher is connected and sends nothing.</summary>
    StreamSilent,

    /// <summary>The journal of the key cannot be read: it answers nobody.</summary>
    StreamQuarantined,

    /// <summary>The journal of a key that was in quarantine can be read, or begins anew.</summary>
    StreamQuarantineOver,

    /// <summary>A server answers.</summary>
    OriginUp,

    /// <summary>A server does not answer any more.</summary>
    OriginDown,

    /// <summary>A server's API and hooks do not fit: nobody can publish there until a person mends the settings.</summary>
    OriginLockedOut,

    /// <summary>A member takes part in the cluster.</summary>
    MemberJoined,

    /// <summary>A member left in good order.</summary>
    MemberLeft,

    /// <summary>A member was declared dead.</summary>
    MemberDead,
}

/// <summary>The names of <see cref="NoticeKind"/>.</summary>
public static class NoticeKinds
{
    private static readonly (NoticeKind Kind, string Name)[] Table =
    [
        (NoticeKind.StreamStarted, "stream.started"),
        (NoticeKind.StreamInterrupted, "stream.interrupted"),
        (NoticeKind.StreamResumed, "stream.resumed"),
        (NoticeKind.StreamEnded, "stream.ended"),
        (NoticeKind.StreamTakenOver, "stream.taken-over"),
        (NoticeKind.StreamRefused, "stream.refused"),
        (NoticeKind.StreamFight, "stream.fight"),
        (NoticeKind.StreamWedged, "stream.wedged"),
        (NoticeKind.StreamSilent, "stream.silent"),
        (NoticeKind.StreamQuarantined, "stream.quarantined"),
        (NoticeKind.StreamQuarantineOver, "stream.quarantine-over"),
        (NoticeKind.OriginUp, "origin.up"),
        (NoticeKind.OriginDown, "origin.down"),
        (NoticeKind.OriginLockedOut, "origin.locked-out"),
        (NoticeKind.MemberJoined, "member.joined"),
        (NoticeKind.MemberLeft, "member.left"),
        (NoticeKind.MemberDead, "member.dead"),
    ];

    private static readonly FrozenDictionary<NoticeKind, string> ByKind = Table.ToFrozenDictionary(one => one.Kind, one => one.Name);
    private static readonly FrozenDictionary<string, NoticeKind> ByName = Table.ToFrozenDictionary(one => one.Name, one => one.Kind);

    /// <summary>Every name, in the order of the manual.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(one => one.Name)];

    /// <summary>What a receiver hears that names no events: everything but refusals, of which a bot can make thousands.</summary>
    public static IReadOnlySet<NoticeKind> Default { get; } =
        Table.Select(one => one.Kind).Where(kind => kind != NoticeKind.StreamRefused).ToFrozenSet();

    /// <summary>The name of a kind.</summary>
    /// <exception cref="KeyNotFoundException">It is <see cref="NoticeKind.None"/>.</exception>
    public static string NameOf(NoticeKind kind) => ByKind[kind];

    /// <summary>The kind of a name; <see cref="NoticeKind.None"/> for one that is not known here.</summary>
    public static NoticeKind Of(string name) => ByName.GetValueOrDefault(name);
}
