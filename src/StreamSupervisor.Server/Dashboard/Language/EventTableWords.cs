namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Heads of tables of events, and what stands below them.</summary>
public sealed record EventTableWords : IWords<EventTableWords>
{
    public required string Time { get; init; }
    public required string Older { get; init; }

    /// <summary>What stands before the time back to which was looked.</summary>
    public required string SearchedBackTo { get; init; }

    public static EventTableWords En { get; } = new()
    {
        Time = "time",
        Older = "older",
        SearchedBackTo = "searched back to",
    };

    public static EventTableWords Zh { get; } = new()
    {
        Time = "时间",
        Older = "更早",
        SearchedBackTo = "已搜索至",
    };
}
