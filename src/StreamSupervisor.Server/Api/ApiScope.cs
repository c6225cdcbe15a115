using System.IO.Enumeration;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// Which streams and servers a caller sees and orders about. A stream is in it when a pattern matches its key and, where servers are named,
/// when all that the stream has anywhere now is on these: a session that moves on is not seen any more. A server is in it when it is
/// named, or when none is. What cannot be told apart by either is not answered at all (see <see cref="HeedsScope"/>).
/// </summary>
internal sealed class ApiScope(IReadOnlyList<string> streams, IReadOnlyList<string> origins)
{
    /// <summary>Everything.</summary>
    public static readonly ApiScope All = new([], []);

    private readonly List<StreamPattern> _streams = [.. streams.Select(StreamPattern.Parse)];

    public bool IsAll => streams.Count == 0 && origins.Count == 0;

    /// <summary>Whether it names servers, so that of a stream more must be known than its key.</summary>
    public bool NamesOrigins => origins.Count > 0;

    public IReadOnlyList<string> Streams => streams;
    public IReadOnlyList<string> Origins => origins;

    /// <summary>Whether a stream key may be in it; where servers are named its state has to be seen as well.</summary>
    public bool Has(StreamKey key) => IsAll || (key.Vhost != StreamKey.ReservedVhost && (_streams.Count == 0
        || _streams.Exists(pattern => pattern.Matches(key))));

    /// <summary>Whether a server is in it.</summary>
    public bool HasOrigin(string name) => origins.Count == 0 || origins.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name,
        ignoreCase: false));

    /// <summary>Whether it may order about a server as a whole: an order to one touches all streams there.</summary>
    public bool MayOrderOrigin(string name) => streams.Count == 0 && HasOrigin(name);

    /// <summary>Whether a stream, as it is now, is in it.</summary>
    public bool Has(StreamView stream)
    {
        var key = stream.Key;
        if (!Has(new StreamKey(key.Vhost, key.App, key.Stream)))
        {
            return false;
        }

        var touched = OriginsOf(stream).ToList();
        return !NamesOrigins || (touched.Count > 0 && touched.TrueForAll(HasOrigin));
    }

    /// <summary>Whether something that happened is in it. What names no server is not, where servers are named.</summary>
    public bool Has(StreamKeyView key, TimelineEntry happened)
    {
        if (IsAll)
        {
            return true;
        }

        if (key == StreamKeyView.From(ClusterOrders.OriginKey(key.Stream)))
        {
            return MayOrderOrigin(key.Stream);
        }

        return Has(new StreamKey(key.Vhost, key.App, key.Stream)) && (!NamesOrigins || IsOnlyAbout(happened));
    }

    /// <summary>A server without the keys that are not in it.</summary>
    public OriginView Cut(OriginView origin) => streams.Count == 0 ? origin : origin with
    {
        WedgedKeys = [.. origin.WedgedKeys.Where(HasText)],
        OrphanedKeys = origin.OrphanedKeys?.Where(HasText).ToList(),
        MisnamedKeys = origin.MisnamedKeys?.Where(HasText).ToList(),
    };

    /// <summary>What to say to a caller that asks about something else.</summary>
    public static ApiProblem Refusal(ApiCaller caller, object subject) => Problems.OutOfScope.Of(
        $"The API key '{caller.Name}' does not reach {subject}: api.keys says for which streams and servers it is.");

    private bool HasText(string key) => StreamKey.TryParse(key, out var parsed) && Has(parsed);

    private bool IsOnlyAbout(TimelineEntry happened)
    {
        var named = new[] { happened.Attempt?.Origin, happened.Origin }.OfType<string>().Where(name => name.Length > 0).ToList();
        return named.Count > 0 && named.TrueForAll(HasOrigin);
    }

    private static IEnumerable<string> OriginsOf(StreamView stream) => new[]
    {
        stream.Session?.Origin, stream.Handover?.To.Origin, stream.Interrupted?.Session?.Origin,
    }.OfType<string>()
        .Concat(stream.Evictions.Select(eviction => eviction.Of.Origin))
        .Concat(stream.WedgedOn.Select(wedge => wedge.Origin));
}

/// <summary>
/// Marks a route that answers a caller with a scope with what is in its scope and nothing else. Every other route refuses such a caller, so
/// that a new one that nobody has thought about shows nothing.
/// </summary>
internal sealed class HeedsScope
{
    public static readonly HeedsScope Instance = new();
}

/// <summary>Marks a route that only the role admin may call.</summary>
internal sealed class NeedsAdmin
{
    public static readonly NeedsAdmin Instance = new();
}
