namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>The drawing of a timeline, and one handover in milliseconds.</summary>
public sealed record LanesWords : IWords<LanesWords>
{
    public required string Title { get; init; }
    public required string DrawingLabel { get; init; }
    public required string Nothing { get; init; }
    public required string Range { get; init; }
    public required string LastMinute { get; init; }
    public required string LastTenMinutes { get; init; }
    public required string LastHour { get; init; }
    public required string AllShown { get; init; }
    public required string FoldGaps { get; init; }
    public required string TheKey { get; init; }

    /// <summary>What stands before the legend.</summary>
    public required string Legend { get; init; }
    public required string Utc { get; init; }
    public required string OnAir { get; init; }
    public required string Held { get; init; }
    public required string BeingRemoved { get; init; }
    public required string Copy { get; init; }
    public required string Admitted { get; init; }
    public required string Refused { get; init; }
    public required string KickOrdered { get; init; }
    public required string Silent { get; init; }
    public required string Ended { get; init; }
    public required string Trouble { get; init; }
    public required string Observed { get; init; }
    public required string Operator { get; init; }
    public required string Registered { get; init; }

    /// <summary>{0}: a span of time in which nothing changes.</summary>
    public required string Idle { get; init; }

    /// <summary>{0}: how many, {1}: from where, {2} and {3}: from when to when.</summary>
    public required string FoldedTries { get; init; }

    /// <summary>{0}: how many, {1} and {2}: from when to when.</summary>
    public required string FoldedSessions { get; init; }
    public required string UnknownAddress { get; init; }

    /// <summary>{0}: when, {1}: how long it took.</summary>
    public required string OpenHandover { get; init; }
    public required string Handover { get; init; }
    public required string HandoverTable { get; init; }
    public required string Step { get; init; }
    public required string After { get; init; }
    public required string What { get; init; }
    public required string NotTimed { get; init; }
    public required string NotTimedNote { get; init; }
    public required string StillGoing { get; init; }
    public required string FromBefore { get; init; }
    public required string HookArrived { get; init; }
    public required string Decided { get; init; }
    public required string Durable { get; init; }
    public required string KickSent { get; init; }
    public required string Gone { get; init; }
    public required string BeingRemovedStep { get; init; }
    public required string Stalled { get; init; }
    public required string GivenUp { get; init; }
    public required string Replaced { get; init; }

    /// <summary>{0}: the generation.</summary>
    public required string AdmittedAs { get; init; }

    public static LanesWords En { get; } = new()
    {
        Title = "Timeline",
        DrawingLabel = "Drawing of the timeline, a row for each attempt. The table below says the same in words.",
        Nothing = "Nothing has happened in this time.",
        Range = "Range",
        LastMinute = "1 min",
        LastTenMinutes = "10 min",
        LastHour = "1 h",
        AllShown = "all events of this page",
        FoldGaps = "fold idle times",
        TheKey = "the key",
        Legend = "Signs",
        Utc = "times in UTC",
        OnAir = "on air",
        Held = "held",
        BeingRemoved = "being removed",
        Copy = "copy of another server",
        Admitted = "admitted",
        Refused = "refused",
        KickOrdered = "kick ordered",
        Silent = "silent",
        Ended = "ended",
        Trouble = "trouble",
        Observed = "only observed",
        Operator = "operator",
        Registered = "registered",
        Idle = "{0} idle",
        FoldedTries = "{0} refused tries of {1} between {2} and {3}",
        FoldedSessions = "{0} earlier sessions between {1} and {2}",
        UnknownAddress = "an unknown address",
        OpenHandover = "Open the handover of {0} ({1})",
        Handover = "One handover, opened",
        HandoverTable = "The steps of the handover with their times since the decision",
        Step = "step",
        After = "after",
        What = "what",
        NotTimed = "not timed",
        NotTimedNote = "not timed: the journal keeps the place of this step, not its time. A trace has it.",
        StillGoing = "goes on",
        FromBefore = "ordered before",
        HookArrived = "hook arrived",
        Decided = "decided",
        Durable = "durable in the journal",
        KickSent = "DELETE sent",
        Gone = "client gone",
        BeingRemovedStep = "being removed",
        Stalled = "not removed yet",
        GivenUp = "given up",
        Replaced = "newer attempt",
        AdmittedAs = "admitted as g{0}",
    };

    public static LanesWords Zh { get; } = new()
    {
        Title = "时间线",
        DrawingLabel = "时间线图，每次推流请求一行。下方表格以文字列出相同内容。",
        Nothing = "这段时间内没有任何事件。",
        Range = "时间范围",
        LastMinute = "1 分钟",
        LastTenMinutes = "10 分钟",
        LastHour = "1 小时",
        AllShown = "本页全部事件",
        FoldGaps = "折叠无变化时段",
        TheKey = "该流",
        Legend = "图例",
        Utc = "时间为 UTC",
        OnAir = "推流中",
        Held = "等待中",
        BeingRemoved = "正在移除",
        Copy = "其他源站转推的副本",
        Admitted = "准许",
        Refused = "拒绝",
        KickOrdered = "下令踢出",
        Silent = "无数据",
        Ended = "结束",
        Trouble = "异常",
        Observed = "仅观察",
        Operator = "管理员操作",
        Registered = "预约",
        Idle = "{0}无变化",
        FoldedTries = "{1} 在 {2} 至 {3} 之间被拒绝 {0} 次",
        FoldedSessions = "{1} 至 {2} 之间较早的 {0} 个会话",
        UnknownAddress = "未知地址",
        OpenHandover = "展开 {0} 的切换（{1}）",
        Handover = "一次切换的全过程",
        HandoverTable = "切换的各个步骤及其距判定的时间",
        Step = "步骤",
        After = "经过",
        What = "内容",
        NotTimed = "未计时",
        NotTimedNote = "未计时：日志只记录该步骤的先后，不记录其时间；具体时间请查看链路追踪。",
        StillGoing = "进行中",
        FromBefore = "此前已下令",
        HookArrived = "收到回调",
        Decided = "作出判定",
        Durable = "写入日志",
        KickSent = "发出 DELETE",
        Gone = "客户端已离开",
        BeingRemovedStep = "正在移除",
        Stalled = "尚未移除",
        GivenUp = "放弃移除",
        Replaced = "更新的请求",
        AdmittedAs = "准许推流，g{0}",
    };
}
