using System.Text;

namespace StreamSupervisor.Srs.Api;

/// <summary>JSON with raw bytes that JSON forbids, made readable: what is no UTF-8 becomes U+FFFD, a control character a space.</summary>
internal static class LenientUtf8
{
    public static byte[] Repair(ReadOnlySpan<byte> json)
    {
        // Encoding.UTF8 replaces what it cannot read.
        var text = Encoding.UTF8.GetString(json).ToCharArray();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' || text[i] == '\uFEFF')
            {
                text[i] = ' ';
            }
        }

        return Encoding.UTF8.GetBytes(text);
    }
}
