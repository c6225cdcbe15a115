using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>What every page knows of the call that it answers. Pages hand it to their parts as a cascading value.</summary>
public sealed record PageContext
{
    public required PageLanguage Language { get; init; }

    /// <summary>The language as HTML names it.</summary>
    public string LanguageTag => Language == PageLanguage.Zh ? "zh-CN" : "en";

    /// <summary><c>auto</c>, <c>light</c> or <c>dark</c>.</summary>
    public required string Theme { get; init; }

    /// <summary>Where the pages begin, <c>/ui</c> with what a proxy puts before; no slash at its end.</summary>
    public required string Root { get; init; }

    /// <summary>This page, from <see cref="Root"/> on and with its query: where a form that changes nothing of it leads back.</summary>
    public required string Path { get; init; }

    /// <summary>What the cluster is called.</summary>
    public required string Title { get; init; }
    public required DashboardLinkOptions Links { get; init; }

    /// <summary>Who looks; null where nobody has signed in.</summary>
    public CallerView? Caller { get; init; }

    /// <summary>Whether the caller has signed in, so that it can sign out.</summary>
    public bool HasSession { get; init; }

    /// <summary>What the head of the page counts; null where it is not known.</summary>
    public HeaderCounts? Counts { get; init; }

    /// <summary>The time on this member, UTC.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What became of the last order.</summary>
    public Notice? Notice { get; init; }

    /// <summary>Where an asset is.</summary>
    public required Func<string, string> AssetPath { get; init; }

    /// <summary>Whether the caller may change anything. What it may not do is not shown.</summary>
    public bool MayOperate => Caller?.Role is "operator" or "admin";

    /// <summary>Whether the caller may insist where the answer was no.</summary>
    public bool MayInsist => Caller?.Role == "admin";

    /// <summary>Whether the caller sees some streams or servers only: then pages about all of them are not for it.</summary>
    public bool HasScope => Caller is { Streams: not null } or { Origins: not null };

    /// <summary>Whether the caller may order about servers, which touches all streams there.</summary>
    public bool MayOrderOrigins => MayOperate && Caller?.Streams is null;

    /// <summary>The words of a page in the language of the caller.</summary>
    public T Words<T>()
        where T : IWords<T> => Language.Words<T>();

    /// <summary>The address of a page.</summary>
    /// <param name="path">From the root of the pages on: <c>/origins</c>; empty for the first page.</param>
    public string Url(string path) => Root + path;
}

/// <summary>One sentence above a page.</summary>
/// <param name="IsError">Whether nothing happened.</param>
public sealed record Notice(string Text, bool IsError);

/// <summary>What the head of every page counts.</summary>
/// <param name="States">How many streams are in each state, or have what can be listed beside it, by its word.</param>
/// <param name="Fights">Streams over which two encoders fight.</param>
/// <param name="Wedges">Streams of which a server holds a ghost.</param>
/// <param name="MembersUp">Members that take part, of <paramref name="Members"/>.</param>
/// <param name="Members">Members there are.</param>
/// <param name="OriginsUp">SRS servers that answer, of <paramref name="Origins"/>.</param>
/// <param name="Origins">Configured SRS servers.</param>
public sealed record HeaderCounts(
    IReadOnlyDictionary<string, long> States, int Fights, int Wedges, int MembersUp, int Members, int OriginsUp, int Origins);
