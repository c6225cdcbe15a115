using System.Text;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// One announcement of an encoder, made once: only the attempt and the number of the key change, in place. Each is a new attempt, so each is
/// decided and journaled.
/// </summary>
internal sealed class RegistrationCall
{
    private const string Digits = "#######";

    private readonly byte[] _bytes;
    private readonly int _attempt;
    private readonly int[] _numbers;

    /// <param name="stream">One key for all, each with an encoder of its own; null: a key for each number, with an encoder of its own that has it every time.</param>
    public RegistrationCall(string? stream = null)
    {
        var body = $$"""{"key":"live/{{stream ?? $"cam{Digits}"}}","encoderId":"encoder-{{Digits}}","attempt":10000000}""";
        _bytes = Encoding.ASCII.GetBytes(
            $"POST /api/v1/registrations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        _attempt = _bytes.AsSpan().IndexOf("10000000"u8) + 1;
        _numbers = [.. Enumerable.Range(0, _bytes.Length - Digits.Length).Where(at => _bytes.AsSpan(at).StartsWith(Encoding.ASCII.GetBytes(Digits)))];
    }

    /// <summary>The bytes to send; good until the next call.</summary>
    public ReadOnlyMemory<byte> Of(long attempt, int number)
    {
        Write(attempt, _attempt);
        foreach (var at in _numbers)
        {
            Write(number, at);
        }

        return _bytes;
    }

    private void Write(long number, int at)
    {
        for (var i = Digits.Length - 1; i >= 0; i--)
        {
            _bytes[at + i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }
}
