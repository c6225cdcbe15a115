using System.Globalization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>Which events of the feed somebody wants; what is null is not asked about.</summary>
internal sealed record FeedFilter
{
    /// <summary>Stands for every order of an operator, whatever it did.</summary>
    public const string Orders = "order";

    private static readonly string[] Kinds = [.. EventCodec.Kinds.Select(one => one.Kind)];
    private static readonly HashSet<string> OrderKinds = ["key-locked", "key-unlocked", "key-pinned", "operator-acted"];

    /// <summary>What the one who asks may see.</summary>
    public required ApiScope Scope { get; init; }
    public string? Key { get; init; }
    public string? Origin { get; init; }

    /// <summary>Stored names of events; empty for all.</summary>
    public IReadOnlySet<string> Kind { get; init; } = new HashSet<string>();
    public string? Client { get; init; }
    public string? Address { get; init; }

    /// <summary>The operator.</summary>
    public string? By { get; init; }

    /// <summary>A part of the key, or a name: a client, an address, an identity, an encoder, an origin, an operator, a reason.</summary>
    public string? Q { get; init; }

    /// <summary>Nothing older.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Nothing newer.</summary>
    public DateTimeOffset? Until { get; init; }

    public static IReadOnlyList<ApiParameter> Parameters { get; } =
    [
        new("key", "only this stream key, app/stream or vhost/app/stream"),
        new("origin", "only what is about this SRS server"),
        new("kind", $"only these kinds, with commas between; '{Orders}' for every order of an operator"),
        new("client", "only what is about the client with this id"),
        new("address", "only what is about an encoder at this address"),
        new("by", "only what this operator ordered"),
        new("q", "only with this in the key, or about this client, address, identity, encoder, origin, operator or reason"),
        new("since", "nothing older than this time, such as 2026-01-31T21:03:00Z"),
        new("until", "nothing newer than this time"),
    ];

    /// <summary>Reads the query of a call.</summary>
    /// <exception cref="ApiProblemException">A parameter is wrong; the problem names it.</exception>
    public static FeedFilter Of(HttpContext call) => Of(call.Request.Query, ApiEndpoints.CallerOf(call).Scope);

    /// <inheritdoc cref="Of(HttpContext)"/>
    /// <param name="scope">What the caller may see.</param>
    public static FeedFilter Of(IQueryCollection query, ApiScope scope) => new()
    {
        Scope = scope,
        Key = query.Text("key") is not { } key ? null
            : StreamKey.TryParse(key, out var parsed) ? parsed.ToString()
            : throw Wrong("key", "It is a stream key, app/stream or vhost/app/stream."),
        Origin = query.Text("origin"),
        Kind = query.Text("kind") is { } kinds ? KindsOf(kinds.Split(',', StringSplitOptions.TrimEntries)) : new HashSet<string>(),
        Client = query.Text("client"),
        Address = query.Text("address"),
        By = query.Text("by"),
        Q = query.Text("q"),
        Since = TimeOf(query, "since"),
        Until = TimeOf(query, "until"),
    };

    /// <summary>Whether an event passes. <see cref="Since"/> is not looked at: who reads backwards stops there.</summary>
    public bool Takes(FeedEntry entry)
    {
        var (key, happened) = (entry.Key, entry.Event);
        return (Key is null || new StreamKey(key.Vhost, key.App, key.Stream).ToString() == Key)
            && (Kind.Count == 0 || Kind.Contains(happened.Kind) || (Kind.Contains(Orders) && IsOrder(happened)))
            && (Origin is null || Origin == (happened.Attempt?.Origin ?? happened.Origin ?? happened.Session?.ServerId))
            && (Client is null || Client == (happened.Attempt?.ClientId ?? happened.Session?.ClientId))
            && (Address is null || Address == happened.Attempt?.Ip)
            && (By is null || By == happened.By)
            && (Q is null || IsAbout(entry, Q))
            && Scope.Has(key, happened)
            && (Until is null || happened.At <= Until);
    }

    /// <summary>Exact but for the key: a word of a sentence is no name. Those of a registration begin with its encoder.</summary>
    private static bool IsAbout(FeedEntry entry, string q)
    {
        var happened = entry.Event;
        string?[] names =
        [
            happened.Attempt?.ClientId, happened.Attempt?.Ip, happened.Attempt?.Identity, happened.Attempt?.Origin,
            happened.Session?.ClientId, happened.Origin, happened.Reason, happened.By,
        ];
        return names.Contains(q)
            || entry.Key.ToString().Contains(q, StringComparison.OrdinalIgnoreCase)
            || (happened.Attempt is null && happened.Text.StartsWith($"{q} ", StringComparison.Ordinal));
    }

    private static bool IsOrder(TimelineEntry happened) => OrderKinds.Contains(happened.Kind);

    private static HashSet<string> KindsOf(string[] kinds) =>
        kinds.FirstOrDefault(kind => kind != Orders && !Kinds.Contains(kind)) is { } unknown
            ? throw Wrong("kind", $"There is no kind '{(unknown.Length > 64 ? unknown[..64] : unknown)}'; "
                + $"there are {Orders}, {string.Join(", ", Kinds)}.")
            : [.. kinds];

    private static DateTimeOffset? TimeOf(IQueryCollection query, string name) =>
        query.Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw Wrong(name, "It is a time such as 2026-01-31T21:03:00Z.");

    private static ApiProblemException Wrong(string name, string detail) => new(ApiProblem.BadField(name, $"{name}: {detail}"));
}
