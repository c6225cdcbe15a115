using System.Buffers;
using System.Net;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// The body of an answer, whole, in a buffer of the shared pool that goes back with the response. A page of a thousand rows has 0.6 MB: as
/// arrays of their own, the pages of a sweep would lie on the large object heap until the next full collection.
/// <para>
/// Only <see cref="SrsJsonSerializer"/> reads it. To everybody else it is empty: Refit has each content copied into a buffer before it is
/// read.
/// </para>
/// </summary>
internal sealed class SrsBody : HttpContent
{
    /// <summary>What is rented at once at most, whatever length the answer's headers promise.</summary>
    private const int AtFirst = 1024 * 1024;

    private const int Smallest = 4096;

    private readonly int _length;
    private byte[] _buffer;

    private SrsBody(byte[] buffer, int length) => (_buffer, _length) = (buffer, length);

    /// <summary>The bytes; not to be used after the response was disposed of.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Reads all of it.</summary>
    /// <param name="from">What was received.</param>
    /// <param name="longest">The most bytes that it may have.</param>
    /// <exception cref="HttpRequestException">It has more (<see cref="HttpRequestError.ConfigurationLimitExceeded"/>).</exception>
    public static async Task<SrsBody> ReadAsync(HttpContent from, int longest, CancellationToken cancellation)
    {
        var promised = from.Headers.ContentLength ?? 0;
        if (promised > longest)
        {
            throw TooLong(longest);
        }

        // One byte more than promised: the read that finds the end needs a place, too.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(promised + 1, Smallest, AtFirst));
        try
        {
            await using var stream = await from.ReadAsStreamAsync(cancellation);
            var length = 0;
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellation) is > 0 and var read)
            {
                length += read;
                if (length > longest)
                {
                    throw TooLong(longest);
                }

                buffer = length == buffer.Length ? Grown(buffer) : buffer;
            }

            return new SrsBody(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _buffer, []) is { Length: > 0 } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }

    private static byte[] Grown(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static HttpRequestException TooLong(int longest) =>
        new(HttpRequestError.ConfigurationLimitExceeded, $"The body has more than {longest} bytes.");
}
