namespace StreamSupervisor.Srs.Api;

/// <summary><c>srs-api</c>: how we call an SRS server.</summary>
public sealed class SrsApiOptions
{
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Rows asked for per page.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>Requests under way at once to one server; it answers them on the thread that carries the media.</summary>
    public int MaxConcurrent { get; init; } = 8;

    /// <summary>The circuit opens after so many failures in a row ...</summary>
    public int BreakAfter { get; init; } = 5;

    /// <summary>... for this long.</summary>
    public TimeSpan BreakFor { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// <see cref="PageSize"/> within what SRS can do: it gives ten rows to whoever asks for fewer, and adds start and count as 32-bit
    /// numbers.
    /// </summary>
    internal int RowsPerPage => Math.Clamp(PageSize, 10, MaxRows);

    /// <summary>The most rows of one list, far below 2^31, where SRS's sum of start and count overflows and the page is empty.</summary>
    internal const int MaxRows = 1_000_000;
}
