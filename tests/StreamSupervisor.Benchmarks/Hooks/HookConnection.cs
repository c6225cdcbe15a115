using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>One keep-alive connection that sends hooks, or announcements, and reads answers, and nothing else of HTTP.</summary>
internal sealed class HookConnection : IDisposable
{
    private const string HookYes = "\"code\":0";
    public const string RegistrationYes = "\"decision\":\"publish\"";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _yes;

    /// <summary>The last answer.</summary>
    public string Said { get; private set; } = "";

    private HookConnection(string yes) => _yes = Encoding.ASCII.GetBytes(yes);

    /// <param name="yes">What stands in an answer that is a yes.</param>
    public static async Task<HookConnection> OpenAsync(int port, string yes = HookYes)
    {
        var connection = new HookConnection(yes);
        await connection._socket.ConnectAsync(IPAddress.Loopback, port);
        return connection;
    }

    /// <summary>Sends a hook and waits for its answer.</summary>
    /// <returns>Whether it is a yes; null for something else than HTTP 200.</returns>
    public async ValueTask<bool?> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation = default)
    {
        await _socket.SendAsync(request, SocketFlags.None, cancellation);
        var filled = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), SocketFlags.None, cancellation);
            if (read == 0)
            {
                throw new IOException("The server hung up.");
            }

            filled += read;
            if (TryRead(_buffer.AsSpan(0, filled), out var answer))
            {
                Said = answer == true ? "" : Encoding.UTF8.GetString(_buffer.AsSpan(0, filled));
                return answer;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool TryRead(ReadOnlySpan<byte> response, out bool? answer)
    {
        answer = null;
        var head = response.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var at = response[..head].IndexOf("ontent-"u8);
        while (at >= 0 && !response[(at + 7)..].StartsWith("Length: "u8) && !response[(at + 7)..].StartsWith("length: "u8))
        {
            var next = response[(at + 7)..head].IndexOf("ontent-"u8);
            at = next < 0 ? -1 : at + 7 + next;
        }

        var body = response[(head + 4)..];
        if (at < 0)
        {
            // Answers of the API come in chunks; none of them ends like the last of these but at its end.
            if (!body.EndsWith("0\r\n\r\n"u8))
            {
                return false;
            }
        }
        else
        {
            var length = 0;
            for (var i = at + 15; response[i] is >= (byte)'0' and <= (byte)'9'; i++)
            {
                length = (length * 10) + response[i] - '0';
            }

            if (body.Length < length)
            {
                return false;
            }
        }

        if (response[9..].StartsWith("200"u8))
        {
            answer = body.IndexOf(_yes) >= 0;
        }

        return true;
    }
}
