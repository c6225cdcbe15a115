using System.Buffers;

namespace StreamSupervisor.Srs.Api;

/// <summary>A body of a size that is known to be bearable, in a rented buffer.</summary>
internal sealed class BoundedBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private BoundedBody(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads it all; null when it is longer than <paramref name="max"/> bytes, whatever its headers said.</summary>
    public static async Task<BoundedBody?> ReadAsync(HttpContent content, int max, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > max)
        {
            return null;
        }

        var stream = await content.ReadAsStreamAsync(cancellation);
        await using (stream)
        {
            var body = new BoundedBody((int)Math.Min(content.Headers.ContentLength ?? 16 * 1024, max) + 1);
            try
            {
                while (true)
                {
                    var read = await stream.ReadAsync(body._buffer.AsMemory(body._length), cancellation);
                    body._length += read;
                    if (body._length > max)
                    {
                        body.Dispose();
                        return null;
                    }

                    if (read == 0)
                    {
                        return body;
                    }

                    body.GrowIfFull();
                }
            }
            catch
            {
                body.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void GrowIfFull()
    {
        if (_length < _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
