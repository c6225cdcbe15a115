namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Heads of tables of events, and what stands below them.</summary>
public sealed record EventTableWords : IWords<EventTableWords>
{
    public required string Time { get; init; }
    public required string What { get; init; }
    public required string Took { get; init; }
    public required string Stream { get; init; }
    public required string Older { get; init; }
    public required string Newest { get; init; }

    /// <summary>What stands before the time back to which was looked.</summary>
    public required string SearchedBackTo { get; init; }
    public required string NothingFound { get; init; }
    public required string ShowTimeline { get; init; }

    public static EventTableWords En { get; } = new()
    {
        Time = "time",
        What = "what happened",
        Took = "took",
        Stream = "stream",
        Older = "older",
        Newest = "newest",
        SearchedBackTo = "searched back to",
        NothingFound = "Nothing was found.",
        ShowTimeline = "timeline",
    };

    public static EventTableWords Zh { get; } = new()
    {
        Time = "时间",
        What = "事件",
        Took = "用时",
        Stream = "流",
        Older = "更早",
        Newest = "最新",
        SearchedBackTo = "已搜索至",
        NothingFound = "没有找到任何内容。",
        ShowTimeline = "时间线",
    };
}
