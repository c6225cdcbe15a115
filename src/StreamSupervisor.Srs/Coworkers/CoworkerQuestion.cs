using StreamSupervisor.Domain;

namespace StreamSupervisor.Srs.Coworkers;

/// <summary>
/// What an SRS server of an origin cluster asks before it plays a stream that nobody publishes to it: an empty POST to
/// <c>http://COWORKER/api/v1/clusters?vhost=…&amp;ip=…&amp;app=…&amp;stream=…&amp;coworker=COWORKER</c>, the same in SRS 4 to 7.
/// </summary>
/// <param name="Vhost">As SRS resolved it, as in its hooks.</param>
/// <param name="Ip">The host that the player named, which need not be an address.</param>
/// <param name="App">The app.</param>
/// <param name="Stream">The stream, without the player's query.</param>
internal readonly record struct CoworkerQuestion(string Vhost, string Ip, string App, string Stream)
{
    /// <summary>What SRS puts behind the coworker of its configuration.</summary>
    public const string Path = "/api/v1/clusters";

    /// <summary>Longer than a key, a host and an address of ours together; SRS itself has no limit.</summary>
    private const int MaxLength = 4096;

    private const string StreamName = "&stream=";

    /// <summary>The stream as hooks name it; null where it is none that could be published.</summary>
    public StreamKey? Key => new StreamKey(Vhost, App, Stream) is { IsValid: true } key ? key : null;

    /// <summary>
    /// Reads a query as SRS writes it: it puts the names one behind another as they are, always in this order, and encodes nothing. So
    /// nothing is decoded (<c>a+b</c> is not <c>a b</c>), and a stream with an <c>&amp;</c> in its name goes on to the last coworker,
    /// which is our own address with its secret, and which nobody needs.
    /// </summary>
    /// <param name="query">With or without the <c>?</c> in front.</param>
    /// <param name="question">What is asked; the default where something is missing.</param>
    /// <param name="problem">What is missing.</param>
    public static bool TryParse(string? query, out CoworkerQuestion question, out string problem)
    {
        (question, problem) = (default, "");
        var rest = (query ?? "").TrimStart('?');
        if (rest.Length > MaxLength)
        {
            problem = $"The query has more than {MaxLength} characters.";
            return false;
        }

        rest = "&" + rest;
        if (Take(ref rest, "&vhost=", "&ip=") is not { } vhost || Take(ref rest, "&ip=", "&app=") is not { } ip
            || Take(ref rest, "&app=", "&stream=") is not { } app || !rest.StartsWith(StreamName, StringComparison.Ordinal))
        {
            problem = "vhost, ip, app and stream are needed, in this order.";
            return false;
        }

        var end = rest.LastIndexOf("&coworker=", StringComparison.Ordinal);
        question = new CoworkerQuestion(vhost, ip, app, rest[StreamName.Length..(end < 0 ? rest.Length : end)]);
        return true;
    }

    /// <summary>What stands in front, between its name and the next one; null where it is not so.</summary>
    private static string? Take(ref string rest, string name, string next)
    {
        var end = rest.IndexOf(next, StringComparison.Ordinal);
        if (end < 0 || !rest.StartsWith(name, StringComparison.Ordinal))
        {
            return null;
        }

        var value = rest[name.Length..end];
        rest = rest[end..];
        return value;
    }
}
