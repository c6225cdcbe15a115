namespace StreamSupervisor.Fuzz;

/// <summary>Inputs made of those that are kept: what a short run tries without an instrumented fuzzer.</summary>
internal static class Mutation
{
    private const int MaxLength = 16 * 1024;

    private static readonly byte[][] Pieces =
    [
        .. new[] { "\"", "{", "}", "[", "]", ":", ",", "=", "&", "?", "/", "..", "%00", "%", "null", "-1", "1e999", "99999999999999999999", "\n", "\0", "\\u0000", "\\ud800", "${", "#" }
            .Select(System.Text.Encoding.UTF8.GetBytes),
        [0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
    ];

    /// <param name="of">One that is kept.</param>
    /// <param name="other">Another, to be crossed with it.</param>
    public static byte[] Of(byte[] of, byte[] other, Random random)
    {
        List<byte> bytes = [.. of];
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 20)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 50))));
                    break;
                case 3 when other.Length > 0:
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, random.Next(Math.Min(100, other.Length - from)) + 1).ToArray());
                    break;
                case 4 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        return bytes.Count <= MaxLength ? [.. bytes] : [.. bytes[..MaxLength]];
    }
}
