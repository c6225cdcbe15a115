using StreamSupervisor.Domain;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Srs.Hooks;

/// <summary>Which stream a hook is about.</summary>
public abstract record SrsHookKey
{
    private SrsHookKey()
    {
    }

    /// <summary>A key that can be admitted.</summary>
    public sealed record Named(StreamKey Key) : SrsHookKey;

    /// <summary>
    /// A name that SRS takes and the store does not: over <see cref="StreamKey.MaxLength"/> characters. Where nothing is refused it may
    /// pass, unguarded.
    /// </summary>
    /// <param name="Length">Of the whole key, in characters.</param>
    public sealed record TooLong(int Length) : SrsHookKey;

    /// <summary>No stream is named (<c>on_close</c>), or a name holds control characters.</summary>
    public sealed record Unnamed : SrsHookKey
    {
        public static Unnamed Instance { get; } = new();
    }

    /// <summary>
    /// The key of a stream as SRS sent it; a name with slashes is split where SRS's RTMP splits it (<see cref="SrsPath"/>).
    /// </summary>
    internal static SrsHookKey Of(string vhost, string app, string stream)
    {
        var (wholeApp, name) = SrsPath.Split(app, stream);
        var key = new StreamKey(vhost, wholeApp, name);
        if (key.IsValid)
        {
            return new Named(key);
        }

        var length = key.ToString().Length;
        return length > StreamKey.MaxLength && Part(vhost) && Part(wholeApp) && Part(name) ? new TooLong(length) : Unnamed.Instance;
    }

    private static bool Part(string text) => text.Length > 0 && !text.Any(char.IsControl);
}
