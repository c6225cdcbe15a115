using System.Diagnostics.CodeAnalysis;

namespace StreamSupervisor.Domain;

/// <summary>
/// What a stream is known by in the whole cluster: the vhost as SRS resolved it, the app and the stream name.
/// Written <c>vhost/app/stream</c>; the vhost may be left out when it is SRS's default one.
/// </summary>
public readonly record struct StreamKey(string Vhost, string App, string Stream)
{
    /// <summary>The vhost that SRS names when the encoder names none.</summary>
    public const string DefaultVhost = "__defaultVhost__";

    /// <summary>
    /// The vhost of what the supervisor keeps as if it were a stream, such as the mark of an origin that is drained. No encoder can reach
    /// it: SRS would have to name a vhost so.
    /// </summary>
    public const string ReservedVhost = "__supervisor__";

    /// <summary>The longest key that is accepted, in characters; SRS itself has no limit.</summary>
    public const int MaxLength = 512;

    /// <summary>Reads <c>vhost/app/stream</c> or <c>app/stream</c>. An app may itself contain slashes when the vhost is given.</summary>
    public static bool TryParse(string? text, out StreamKey key)
    {
        key = default;
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength)
        {
            return false;
        }

        var last = text.LastIndexOf('/');
        var first = text.IndexOf('/', StringComparison.Ordinal);
        if (last <= 0 || last == text.Length - 1)
        {
            return false;
        }

        key = first == last
            ? new StreamKey(DefaultVhost, text[..last], text[(last + 1)..])
            : new StreamKey(VhostOf(text.AsSpan(0, first)), text[(first + 1)..last], text[(last + 1)..]);
        return key.IsValid;
    }

    /// <summary>Reads a key or throws.</summary>
    /// <exception cref="FormatException">The text is no stream key.</exception>
    public static StreamKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException($"'{text}' is no stream key; write app/stream or vhost/app/stream.");

    /// <summary>Whether every part is there, no part holds a control character, and the whole is not too long.</summary>
    [SuppressMessage("Design", "CA1062", Justification = "The parts are checked for null here.")]
    public bool IsValid =>
        IsPart(Vhost) && IsPart(App) && IsPart(Stream)
        && !Vhost.Contains('/', StringComparison.Ordinal) && !Stream.Contains('/', StringComparison.Ordinal)
        && Vhost.Length + App.Length + Stream.Length + 2 <= MaxLength;

    public override string ToString() => $"{Vhost}/{App}/{Stream}";

    /// <summary>The name as a text: of the default vhost, which nearly all streams have, always the same one.</summary>
    private static string VhostOf(ReadOnlySpan<char> name) => name.SequenceEqual(DefaultVhost) ? DefaultVhost : name.ToString();

    /// <summary>A sweep asks it of each row, so it allocates nothing.</summary>
    private static bool IsPart(string? part)
    {
        foreach (var character in part.AsSpan())
        {
            if (char.IsControl(character))
            {
                return false;
            }
        }

        return !string.IsNullOrEmpty(part);
    }
}
