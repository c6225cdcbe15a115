using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Origins;

/// <summary>What changed in what is known of a server. The actor logs it, once, and tells whom it concerns.</summary>
public abstract record OriginEvent
{
    /// <summary>Whether another server is believed to answer there than before: what was seen there says nothing of this one.</summary>
    public bool IsOfAnotherServer => this switch
    {
        ProcessReplaced { Old: var old, New: var process } => !old.IsServer(process.ServerId),
        ProcessRestored { Process: var process, Wrong: var wrong } => !wrong.IsServer(process.ServerId),
        _ => false,
    };

    /// <summary>The first process that is known there.</summary>
    public sealed record ProcessLearnt(OriginProcess Process) : OriginEvent;

    /// <summary>A new process runs there: the sessions of the old one have ended.</summary>
    public sealed record ProcessReplaced(OriginProcess Old, OriginProcess New) : OriginEvent;

    /// <summary>
    /// The process that was taken for over runs there after all; <paramref name="Wrong"/> was another server's, or an answer that came
    /// late.
    /// </summary>
    public sealed record ProcessRestored(OriginProcess Process, OriginProcess Wrong) : OriginEvent;

    /// <summary>The API's address answers as another server.</summary>
    public sealed record Misaddressed(string Sentence) : OriginEvent;

    /// <summary>The API's address is the right server's again.</summary>
    public sealed record AddressedRight(OriginProcess Process) : OriginEvent;

    /// <summary>Hooks with this server's token name another server than its API.</summary>
    public sealed record HooksDisagree(string Sentence) : OriginEvent;

    /// <summary>No hook has named another server for a minute.</summary>
    public sealed record HooksAgree : OriginEvent;

    /// <summary>Its API forbids DELETE, so that nobody can be kicked there.</summary>
    public sealed record KicksForbidden(string Sentence) : OriginEvent;

    /// <summary>A DELETE was allowed again.</summary>
    public sealed record KicksAllowed : OriginEvent;

    /// <summary>It answers another way.</summary>
    public sealed record StatusChanged(OriginStatus From, OriginStatus To, string? Why) : OriginEvent;
}

/// <summary>What an answer of the API means.</summary>
/// <param name="Counts">
/// Whether it came from the process that runs there, so that what it says about streams and clients is to be believed.
/// </param>
/// <param name="Identify">Whether the server should be asked at once who it is (again).</param>
/// <param name="Events">What changed.</param>
public readonly record struct ApiOutcome(bool Counts, bool Identify, ImmutableArray<OriginEvent> Events);

/// <summary>What a hook or a heartbeat means.</summary>
/// <param name="Standing">Where its process stands, after what was learnt from it.</param>
/// <param name="Identify">Whether the server should be asked at once who it is.</param>
/// <param name="Events">What changed.</param>
public readonly record struct HookOutcome(HookStanding Standing, bool Identify, ImmutableArray<OriginEvent> Events);
