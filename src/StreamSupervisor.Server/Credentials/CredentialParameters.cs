namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// The query of a publish address as SRS hands it on: with a leading <c>?</c> on RTMP, without on SRT and WHIP. When one connection
/// publishes twice SRS puts the new query in front of the old one (<c>?n=2?n=1</c>), so <c>?</c> separates like <c>&amp;</c> and the first
/// of a name wins. Strangers write this text: it is cut off at <see cref="MaxLength"/> and <see cref="MaxCount"/>.
/// </summary>
public sealed class CredentialParameters
{
    public const int MaxLength = 8192;
    public const int MaxCount = 64;

    private readonly Dictionary<string, string> _values = [];

    private CredentialParameters()
    {
    }

    /// <summary>The text was longer than we read. What was cut off is treated as if it were not there.</summary>
    public bool Cut { get; private set; }

    public static CredentialParameters Parse(string? text)
    {
        var parameters = new CredentialParameters();
        var rest = text.AsSpan();
        if (rest.Length > MaxLength)
        {
            parameters.Cut = true;
            rest = rest[..MaxLength];
        }

        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny('&', '?');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (parameters._values.Count == MaxCount)
            {
                parameters.Cut = true;
                break;
            }

            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? default : pair[(equals + 1)..];

            // No '+' for a space: it is a letter of base64, and encoders paste secrets as they are. A broken %-sequence stays as written.
            parameters._values.TryAdd(Uri.UnescapeDataString(name), Uri.UnescapeDataString(value));
        }

        return parameters;
    }

    /// <summary>The first value of that name; null when it is absent or empty.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
