using System.Globalization;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>A stream as it was when somebody chose it.</summary>
/// <param name="Generation">An order is for this one and for no later one.</param>
public sealed record ChosenStream(StreamKey Key, long Generation)
{
    /// <summary>As the box beside a row sends it.</summary>
    public static string ValueOf(StreamView stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ValueOf(stream.Generation, StreamUrl.NameOf(stream.Key));
    }

    internal string Value => ValueOf(Generation, Key.ToString());

    /// <summary>In ASCII, whatever the key holds.</summary>
    private static string ValueOf(long generation, string key) => string.Create(
        CultureInfo.InvariantCulture, $"{generation} {Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal)}");
}

/// <summary>What became of the order for one of them.</summary>
/// <param name="IsDone">Whether it was carried out, or there was nothing to do.</param>
public sealed record OrderedStream(ChosenStream Stream, bool IsDone, string Text);

/// <summary>Several streams and the one order for all of them.</summary>
public sealed record ChosenStreams(string Verb, IReadOnlyList<ChosenStream> Streams)
{
    /// <summary>What a page of the list has.</summary>
    public const int Most = 50;

    /// <summary>The name of the boxes.</summary>
    public const string Field = "s";

    /// <summary>The orders that make sense for several: a pin names one encoder, and a release is confirmed key by key.</summary>
    public static IReadOnlyList<string> Verbs { get; } = ["kick", "lock", "unlock"];

    /// <summary>What has to be typed: how many they are; null for a single one.</summary>
    public string? Confirm => Streams.Count > 1 ? Streams.Count.ToString(CultureInfo.InvariantCulture) : null;

    /// <exception cref="ApiProblemException">There is no such order, nothing was chosen, too much, or what is no stream.</exception>
    internal static ChosenStreams Of(IFormCollection form, ChosenWords words)
    {
        var (verb, values) = (form["order"].ToString(), form[Field]);
        if (!Verbs.Contains(verb))
        {
            throw new ApiProblemException(Problems.NoSuchCall.Of($"Several streams take {string.Join(", ", Verbs)}."));
        }

        if (values.Count is 0 or > Most)
        {
            throw new ApiProblemException(ApiProblem.BadField(Field, values.Count == 0 ? words.NothingChosen : words.TooMany));
        }

        return new ChosenStreams(verb, [.. values.Select(value => Read(value ?? "")).DistinctBy(one => one.Key)]);
    }

    private static ChosenStream Read(string value) =>
        value.Split(' ', 2) is [var number, var name]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
        && StreamKey.TryParse(Uri.UnescapeDataString(name), out var key)
            ? new ChosenStream(key, generation)
            : throw new ApiProblemException(ApiProblem.BadField(Field, $"{Field}: It is a generation and a stream key."));
}
