namespace StreamSupervisor.Simulator.Statistics;

/// <summary>Ids as SRS draws them (<c>srs_random_str</c>): mostly digits, since its table holds each digit five times.</summary>
internal sealed class SrsIds(Random random)
{
    private const string Table = "01234567890123456789012345678901234567890123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>A client id or service id.</summary>
    public string Next() => Draw(8);

    /// <summary>The id of a row of <c>/streams</c> or <c>/vhosts</c>.</summary>
    public string NextRow() => "vid-" + Draw(7);

    private string Draw(int length)
    {
        Span<char> text = stackalloc char[length];
        foreach (ref var character in text)
        {
            character = Table[random.Next(Table.Length)];
        }

        return new string(text);
    }
}
