namespace StreamSupervisor.Server.Api;

/// <summary>One kind of hook of an SRS node.</summary>
/// <param name="Hook">As SRS calls it: <c>on_publish</c>.</param>
/// <param name="LastAt">When it came last; absent: never.</param>
public sealed record HookArrival(string Hook, DateTimeOffset? LastAt);

/// <summary>An SRS node as the supervisor sees it.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="Api">The address of its HTTP API, without credentials.</param>
/// <param name="State"><c>up</c>, <c>suspect</c> (the last look failed), <c>down</c> (it has failed for a while) or <c>unknown</c> (nobody
/// has looked yet).</param>
/// <param name="Version">As it said last; null before the first look.</param>
/// <param name="ServiceId">The process; changes with each start.</param>
/// <param name="Streams">Active streams at the last look.</param>
/// <param name="LastLook">When it answered last.</param>
/// <param name="Why">What the last failed look met.</param>
/// <param name="Draining">Whether it is taken out of the choice for new streams.</param>
/// <param name="WedgedKeys">Keys of which it holds a ghost: some of them, at most 100.</param>
/// <param name="OrphanedKeys">Keys that it publishes for nobody, as the last look showed: their players get nothing, and only a new publish
/// helps. Some of them, at most 100; absent: none.</param>
/// <param name="MisnamedKeys">Keys whose row in its own list of streams names another client than the one that publishes them: whoever
/// kicks by that list kicks somebody else. Some of them, at most 100; absent: none.</param>
/// <param name="HooksSince">Since when the member that answers listens for hooks.</param>
/// <param name="Hooks">When each kind of hook came last from it, to the member that answers.</param>
public sealed record OriginView(string Name, string Api, string State, string? Version, string? ServerId, string? ServiceId, int? Streams,
    DateTimeOffset? LastLook, string? Why, IReadOnlyList<string> WedgedKeys, bool Draining = false,
    IReadOnlyList<string>? OrphanedKeys = null, IReadOnlyList<string>? MisnamedKeys = null, DateTimeOffset? HooksSince = null,
    IReadOnlyList<HookArrival>? Hooks = null)
{
    /// <summary>The address without user, password, query and fragment: they may be secrets.</summary>
    public static string WithoutCredentials(string api) =>
        Uri.TryCreate(api, UriKind.Absolute, out var address)
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')
            : "";
}
