using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// The JSON of the API, for the server and its client alike: camelCase, absent instead of null but in a stream's own fields.
/// </summary>
[JsonSerializable(typeof(StreamView))]
[JsonSerializable(typeof(StreamPage))]
[JsonSerializable(typeof(TimelinePage))]
[JsonSerializable(typeof(FeedPage))]
[JsonSerializable(typeof(AttemptPage))]
[JsonSerializable(typeof(CallerView))]
[JsonSerializable(typeof(OverviewView))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(OrderResult))]
[JsonSerializable(typeof(OriginPage))]
[JsonSerializable(typeof(OriginView))]
[JsonSerializable(typeof(ReasonList))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(OrderBody))]
[JsonSerializable(typeof(StreamReport))]
[JsonSerializable(typeof(ReloadView))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The context with the options that all of us use. Texts stay readable, apostrophes and Chinese too: the answer is JSON and
    /// <c>nosniff</c>, so nobody takes it for HTML.</summary>
    public static ApiJson Shared { get; } = Create(indented: false);

    /// <summary>The same for people who read it in a terminal.</summary>
    public static ApiJson Indented { get; } = Create(indented: true);

    private static ApiJson Create(bool indented) => new(new JsonSerializerOptions
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>A page of streams.</summary>
/// <param name="Next">The cursor of the next page; null on the last one.</param>
public sealed record StreamPage(IReadOnlyList<StreamView> Streams, string? Next);

/// <summary>A page of a timeline, newest first.</summary>
/// <param name="Next">The cursor of the next, older page; null on the last one.</param>
public sealed record TimelinePage(StreamKeyView Key, IReadOnlyList<TimelineEntry> Entries, string? Next);

/// <summary>A page of SRS nodes.</summary>
/// <param name="Next">The cursor of the next page; null on the last one.</param>
public sealed record OriginPage(IReadOnlyList<OriginView> Origins, string? Next);

/// <summary>A stream with the newest part of its timeline, as <c>streams show --json</c> prints it.</summary>
public sealed record StreamReport(StreamView Stream, IReadOnlyList<TimelineEntry> Timeline);

/// <summary>Who calls.</summary>
/// <param name="Name">Of the API key; <c>local</c> where no keys are configured.</param>
/// <param name="Role"><c>viewer</c>, <c>operator</c> or <c>admin</c>.</param>
/// <param name="Streams">Patterns of the stream keys that it sees and orders about; absent: all.</param>
/// <param name="Origins">Names of the servers that it sees and orders about, or patterns of them; absent: all.</param>
/// <param name="Expires">When its key ends; absent: never.</param>
public sealed record CallerView(string Name, string Role, IReadOnlyList<string>? Streams = null, IReadOnlyList<string>? Origins = null,
    DateTimeOffset? Expires = null);

/// <summary>What became of an operator's order.</summary>
/// <param name="Changed">Whether anything changed.</param>
/// <param name="Text">One sentence for the operator.</param>
/// <param name="DryRun">True: nothing was done, and the rest says what would have become of it. Absent otherwise.</param>
public sealed record OrderResult(StreamKeyView Key, bool Changed, string Text, bool? DryRun = null);
