using System.Text;

namespace StreamSupervisor.Srs.Api;

/// <summary>JSON with raw bytes that JSON forbids, made readable: what is no UTF-8 becomes U+FFFD, a control character a space.</summary>
internal static class LenientUtf8
{
    /// <summary>The longest that so many bytes can become: each one U+FFFD, which has three.</summary>
    public static int MaxLength(int length) => checked(length * 3);

    /// <summary>Writes the bytes as they can be read.</summary>
    /// <param name="repaired">Has room for <see cref="MaxLength"/>.</param>
    /// <returns>How many bytes it has become.</returns>
    public static int Repair(ReadOnlySpan<byte> json, Span<byte> repaired)
    {
        var written = 0;
        while (!json.IsEmpty)
        {
            // What is no UTF-8 is decoded as U+FFFD.
            Rune.DecodeFromUtf8(json, out var rune, out var read);
            written += (rune.Value is < ' ' or '\uFEFF' ? new Rune(' ') : rune).EncodeToUtf8(repaired[written..]);
            json = json[read..];
        }

        return written;
    }

    /// <summary>The bytes as they can be read.</summary>
    public static byte[] Repair(ReadOnlySpan<byte> json)
    {
        var repaired = new byte[MaxLength(json.Length)];
        return repaired[..Repair(json, repaired)];
    }
}
