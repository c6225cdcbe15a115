namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>The page of one stream.</summary>
public sealed record StreamWords : IWords<StreamWords>
{
    public required string Generation { get; init; }
    public required string OnAir { get; init; }
    public required string Nobody { get; init; }
    public required string OnServer { get; init; }
    public required string From { get; init; }
    public required string Identity { get; init; }
    public required string Proven { get; init; }
    public required string Confirmed { get; init; }
    public required string NotConfirmed { get; init; }
    public required string Adopted { get; init; }
    public required string SilentSince { get; init; }
    public required string Orphaned { get; init; }
    public required string Held { get; init; }
    public required string Removing { get; init; }
    public required string Stalled { get; init; }
    public required string WedgedOn { get; init; }
    public required string Happened { get; init; }
    public required string NothingHappened { get; init; }
    public required string Time { get; init; }
    public required string What { get; init; }
    public required string Took { get; init; }
    public required string Events { get; init; }
    public required string Board { get; init; }

    public static StreamWords En { get; } = new()
    {
        Generation = "generation",
        OnAir = "On air:",
        Nobody = "Nobody is on air.",
        OnServer = "on",
        From = "from",
        Identity = "identity",
        Proven = "proven",
        Confirmed = "seen publishing",
        NotConfirmed = "not seen publishing yet",
        Adopted = "found publishing, not admitted",
        SilentSince = "sends nothing since",
        Orphaned = "SRS publishes it for nobody: its players get nothing until it is published anew",
        Held = "waits until the way is clear",
        Removing = "is being removed",
        Stalled = "its server does not let it be removed yet; the supervisor goes on trying",
        WedgedOn = "This server holds a ghost of the key, and only a restart of it helps:",
        Happened = "What happened",
        NothingHappened = "Nothing is kept of what happened.",
        Time = "time",
        What = "what happened",
        Took = "took",
        Events = "events, newest first",
        Board = "Grafana",
    };

    public static StreamWords Zh { get; } = new()
    {
        Generation = "第几代：",
        OnAir = "正在推流：",
        Nobody = "当前无人推流。",
        OnServer = "位于",
        From = "来自",
        Identity = "身份",
        Proven = "已验证",
        Confirmed = "已确认在推流",
        NotConfirmed = "尚未确认在推流",
        Adopted = "发现时已在推流，未经准入",
        SilentSince = "无数据，自",
        Orphaned = "SRS 没有把它转发给任何人：播放端收不到数据，只有重新推流才能恢复",
        Held = "正在等待清理完成",
        Removing = "正在被移除",
        Stalled = "其源站暂时无法移除该会话；系统会继续尝试",
        WedgedOn = "该源站残留此流的幽灵会话，只有重启它才能恢复：",
        Happened = "事件经过",
        NothingHappened = "没有保留的事件记录。",
        Time = "时间",
        What = "事件",
        Took = "耗时",
        Events = "条事件，最新在前",
        Board = "Grafana",
    };
}
