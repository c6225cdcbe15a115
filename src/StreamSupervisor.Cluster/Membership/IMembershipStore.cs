using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Membership;

/// <summary>
/// Who is there: one row for each incarnation of a process. The store compares with its own clock only; no clock of a member decides
/// anything. A call that throws <see cref="StoreUnavailableException"/> may have taken place all the same.
/// </summary>
public interface IMembershipStore
{
    /// <summary>Enters a new incarnation, alive for the length of a lease. Doing it again renews.</summary>
    /// <returns>False when this incarnation is dead already: it never comes back, a new one may join.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<bool> JoinAsync(MemberIdentity self, TimeSpan lease, CancellationToken cancellation);

    /// <summary>
    /// One beat: alive for another lease from the store's now. The member itself counts by monotonic time from before it made this call.
    /// </summary>
    /// <returns>False when the incarnation is dead: terminal, the member stops.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<bool> RenewAsync(Guid member, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Everybody who is neither dead nor left, the caller included.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<IReadOnlyList<MemberSighting>> LookAsync(CancellationToken cancellation);

    /// <summary>
    /// Declares a member dead, for ever, if its beat is still the one that the caller saw and the store itself finds the evidence. When to
    /// try is the caller's judgment: it must have seen the same beat for at least two of its own polls without a gap between them.
    /// </summary>
    /// <returns>False when there is nothing to it: it beat again, its lease runs, its session is back, or somebody else was
    /// first.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<bool> DeclareDeadAsync(Guid member, long beat, DeathEvidence evidence, CancellationToken cancellation);

    /// <summary>Marks a member that is about to leave: it gets no more shards.</summary>
    /// <returns>False when it is not active.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<bool> DrainAsync(Guid member, CancellationToken cancellation);

    /// <summary>Leaves for ever, and frees what it still owns.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task LeaveAsync(Guid member, CancellationToken cancellation);

    /// <summary>Opens the session whose end others see at once when this process ends. A joined member holds one, and opens another when it
    /// is lost.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer, or still believes in the session before.</exception>
    Task<IMemberSession> OpenSessionAsync(Guid member, CancellationToken cancellation);
}

/// <summary>A connection of a member's own. It proves presence to others by being open, and brings hints; safety rests on
/// neither.</summary>
public interface IMemberSession : IAsyncDisposable
{
    /// <summary>Completes when the connection is gone. Never faults.</summary>
    Task Lost { get; }

    /// <summary>
    /// Waits until members or owners may have changed. Hints may be lost, merged or needless: who waits also looks by itself from time to
    /// time. Ends without a hint when the session is lost.
    /// </summary>
    Task NextHintAsync(CancellationToken cancellation);
}

/// <summary>One incarnation of a process.</summary>
/// <param name="Id">A new one at each start.</param>
/// <param name="Name">What people call it.</param>
/// <param name="BaseUrl">Where other members reach it.</param>
public sealed record MemberIdentity(Guid Id, string Name, string BaseUrl);

/// <summary>What the store knows of a member at one moment.</summary>
/// <param name="Identity">Who.</param>
/// <param name="State">Active or draining.</param>
/// <param name="Beat">Grows with each renewal.</param>
/// <param name="LeaseExpired">By the clock of the store.</param>
/// <param name="SessionHeld">Whether its session is open. False alone proves nothing: a restart of the store ends all sessions.</param>
/// <param name="LeaseLeft">How long the lease ran on at that moment, by the clock of the store; negative when it was over.</param>
/// <param name="Number">Grows with every incarnation that joins: the lowest is the oldest.</param>
public sealed record MemberSighting(MemberIdentity Identity, MemberState State, long Beat, bool LeaseExpired, bool SessionHeld,
    TimeSpan LeaseLeft = default, int Number = 0);

/// <summary>The life of an incarnation. Stored as numbers.</summary>
public enum MemberState
{
    Unknown = 0,
    Active = 1,

    /// <summary>Gives its shards away and gets none.</summary>
    Draining = 2,

    /// <summary>Declared dead by others. For ever.</summary>
    Dead = 3,

    /// <summary>Left by itself. For ever.</summary>
    Left = 4,
}

/// <summary>Why a member is declared dead; the store checks what it can.</summary>
public enum DeathEvidence
{
    None,

    /// <summary>Its lease is over by the clock of the store.</summary>
    LeaseExpired,

    /// <summary>Its session is gone (the store checks), and its address refuses connections (the caller has seen).</summary>
    SessionGone,

    /// <summary>An operator says so. The store checks the beat only.</summary>
    Operator,
}
