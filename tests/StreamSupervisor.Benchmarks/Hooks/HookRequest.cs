using System.Text;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// One hook as SRS 6 writes it, made once: only the client id and the number of the stream change, in place. So the load costs the machine
/// that it shares with the server as little as it can.
/// </summary>
internal sealed class HookRequest
{
    private const string ClientDigits = "________";
    private const string StreamDigits = "#######";

    private readonly byte[] _bytes;
    private readonly int _client;
    private readonly int _stream;

    public HookRequest(Target target, string action, string? stream = null)
    {
        var body = $$"""
            {"server_id":"{{target.ServerId}}","service_id":"{{target.ServiceId}}","action":"{{action}}","client_id":"{{ClientDigits}}","ip":"203.0.113.10","vhost":"__defaultVhost__","app":"live","tcUrl":"rtmp://127.0.0.1:1935/live","stream":"{{stream ?? $"cam{StreamDigits}"}}","param":"?token=abc123&x=1","stream_url":"/live/cam1","stream_id":"vid-9r89387"}
            """;
        _bytes = Encoding.ASCII.GetBytes(
            $"POST {target.Path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: SRS/6.0.157(Hang)\r\nConnection: Keep-Alive\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        _client = _bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(ClientDigits));
        _stream = _bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(StreamDigits));
    }

    /// <summary>The bytes to send for this client and stream; good until the next call.</summary>
    public ReadOnlyMemory<byte> Of(long client, int stream)
    {
        Write(client, ClientDigits.Length, "0123456789abcdefghijklmnopqrstuvwxyz"u8, _client);
        if (_stream >= 0)
        {
            Write(stream, StreamDigits.Length, "0123456789"u8, _stream);
        }

        return _bytes;
    }

    /// <summary>For a client that SRS has named itself.</summary>
    public ReadOnlyMemory<byte> Of(string client, int stream = 0)
    {
        if (_stream >= 0)
        {
            Write(stream, StreamDigits.Length, "0123456789"u8, _stream);
        }

        Encoding.ASCII.GetBytes(client.PadRight(ClientDigits.Length).AsSpan(0, ClientDigits.Length), _bytes.AsSpan(_client));
        return _bytes;
    }

    private void Write(long number, int width, ReadOnlySpan<byte> alphabet, int at)
    {
        for (var i = width - 1; i >= 0; i--)
        {
            _bytes[at + i] = alphabet[(int)(number % alphabet.Length)];
            number /= alphabet.Length;
        }
    }
}

/// <summary>Where hooks go, and which SRS server they say that they come from.</summary>
/// <param name="Ports">One for each member; connections are spread over them.</param>
internal sealed record Target(IReadOnlyList<int> Ports, string Path, string ServerId, string ServiceId);
