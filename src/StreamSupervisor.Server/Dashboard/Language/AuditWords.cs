namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Who ordered what.</summary>
public sealed record AuditWords : IWords<AuditWords>
{
    public required string Title { get; init; }
    public required string Intro { get; init; }
    public required string Who { get; init; }
    public required string Whose { get; init; }
    public required string Order { get; init; }
    public required string Why { get; init; }
    public required string By { get; init; }
    public required string Key { get; init; }
    public required string Search { get; init; }
    public required string None { get; init; }
    public required string Export { get; init; }
    public required string Kick { get; init; }
    public required string Release { get; init; }
    public required string Lock { get; init; }
    public required string Unlock { get; init; }
    public required string RanOut { get; init; }

    /// <summary>{0}: the identity.</summary>
    public required string Pin { get; init; }
    public required string Drain { get; init; }
    public required string Undrain { get; init; }
    public required string Leave { get; init; }
    public required string Reload { get; init; }
    public required string Down { get; init; }

    /// <summary>{0}: the server.</summary>
    public required string Server { get; init; }

    /// <summary>{0}: the member.</summary>
    public required string Member { get; init; }

    public static AuditWords En { get; } = new()
    {
        Title = "Audit",
        Intro = "Orders of operators over all streams, SRS servers and members, newest first, as the journal keeps them. Starts stand in "
            + "the log of the member.",
        Who = "who",
        Whose = "of what",
        Order = "order",
        Why = "why",
        By = "By",
        Key = "Stream",
        Search = "Search",
        None = "Nobody has ordered anything.",
        Export = "Save as CSV",
        Kick = "kick",
        Release = "release",
        Lock = "lock",
        Unlock = "unlock",
        RanOut = "lock ran out",
        Pin = "pin to {0}",
        Drain = "drain",
        Undrain = "end draining",
        Leave = "leave",
        Reload = "reload",
        Down = "down",
        Server = "server {0}",
        Member = "member {0}",
    };

    public static AuditWords Zh { get; } = new()
    {
        Title = "审计",
        Intro = "管理员对所有流、SRS 源站和节点下达的指令，最新的在前，内容来自日志。启动记录请查看相应节点的运行日志。",
        Who = "操作者",
        Whose = "对象",
        Order = "指令",
        Why = "原因",
        By = "操作者",
        Key = "流",
        Search = "查询",
        None = "没有任何人下达过指令。",
        Export = "导出 CSV",
        Kick = "踢出",
        Release = "强制释放",
        Lock = "锁定",
        Unlock = "解锁",
        RanOut = "锁定到期",
        Pin = "绑定到 {0}",
        Drain = "排空",
        Undrain = "结束排空",
        Leave = "退出",
        Reload = "重新加载配置",
        Down = "判定失效",
        Server = "源站 {0}",
        Member = "节点 {0}",
    };
}
