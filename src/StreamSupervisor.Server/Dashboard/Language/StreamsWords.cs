namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>The list of streams.</summary>
public sealed record StreamsWords : IWords<StreamsWords>
{
    public required string Title { get; init; }
    public required string Stream { get; init; }
    public required string Notes { get; init; }
    public required string On { get; init; }
    public required string Filter { get; init; }
    public required string All { get; init; }
    public required string Active { get; init; }
    public required string Sort { get; init; }
    public required string ByKey { get; init; }
    public required string ByChange { get; init; }
    public required string Until { get; init; }
    public required string ReturnUntil { get; init; }
    public required string By { get; init; }
    public required string PinnedTo { get; init; }
    public required string ReservedFor { get; init; }
    public required string CoolDownUntil { get; init; }
    public required string RestartNeeded { get; init; }
    public required string None { get; init; }
    public required string NoneFound { get; init; }
    public required string FindAttempts { get; init; }
    public required string Rows { get; init; }
    public required string Clear { get; init; }
    public required string TableCaption { get; init; }

    public static StreamsWords En { get; } = new()
    {
        Title = "Streams",
        Stream = "stream",
        Notes = "notes",
        On = "on",
        Filter = "Filter",
        All = "all",
        Active = "active",
        Sort = "sorted by",
        ByKey = "key",
        ByChange = "last change",
        Until = "until",
        ReturnUntil = "may return until",
        By = "by",
        PinnedTo = "pinned to",
        ReservedFor = "kept for",
        CoolDownUntil = "two encoders fight; the present one is kept until",
        RestartNeeded = "needs a restart of this SRS",
        None = "Nobody publishes, and nothing is under way.",
        NoneFound = "No stream is like that.",
        FindAttempts = "Look for it among the attempts: addresses, clients, encoders",
        Rows = "rows",
        Clear = "clear",
        TableCaption = "Streams by key; a column for each SRS server shows what is there.",
    };

    public static StreamsWords Zh { get; } = new()
    {
        Title = "流",
        Stream = "流",
        Notes = "备注",
        On = "所在源站",
        Filter = "筛选",
        All = "全部",
        Active = "活动的",
        Sort = "排序",
        ByKey = "流标识",
        ByChange = "最近变化",
        Until = "至",
        ReturnUntil = "可在此时间前恢复：",
        By = "操作者",
        PinnedTo = "已绑定到",
        ReservedFor = "已预留给",
        CoolDownUntil = "两个编码器互相争抢，保留当前编码器至",
        RestartNeeded = "需要重启该 SRS",
        None = "当前无人推流，也没有进行中的操作。",
        NoneFound = "没有符合条件的流。",
        FindAttempts = "在推流请求中查找（地址、客户端、编码器）",
        Rows = "行",
        Clear = "清除",
        TableCaption = "按流标识列出的流；每个 SRS 源站一列，显示该流在其上的状态。",
    };
}
