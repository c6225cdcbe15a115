namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>What a person should look at.</summary>
public sealed record TroubleWords : IWords<TroubleWords>
{
    public required string Title { get; init; }
    public required string None { get; init; }
    public required string Stream { get; init; }
    public required string Since { get; init; }
    public required string Until { get; init; }
    public required string What { get; init; }
    public required string Earlier { get; init; }
    public required string Fights { get; init; }
    public required string FightHelp { get; init; }

    /// <summary>{0}: who is kept, {1}: who is refused.</summary>
    public required string Fight { get; init; }
    public required string FightUnknown { get; init; }
    public required string Wedges { get; init; }
    public required string WedgeHelp { get; init; }

    /// <summary>{0}: the server.</summary>
    public required string Wedge { get; init; }
    public required string UntilRestart { get; init; }
    public required string Stalled { get; init; }
    public required string StalledHelp { get; init; }

    /// <summary>{0}: the client, {1}: the server.</summary>
    public required string Removal { get; init; }
    public required string Forbidden { get; init; }
    public required string UntilGone { get; init; }
    public required string Flaps { get; init; }
    public required string FlapHelp { get; init; }

    /// <summary>{0}: how often.</summary>
    public required string Flap { get; init; }
    public required string UntilQuiet { get; init; }
    public required string Quarantined { get; init; }
    public required string QuarantineHelp { get; init; }
    public required string UntilReleased { get; init; }
    public required string StartsAnew { get; init; }
    public required string ReadAgain { get; init; }
    public required string ReadAgainEffect { get; init; }
    public required string StartAnew { get; init; }
    public required string StartAnewEffect { get; init; }
    public required string OnlyHere { get; init; }

    public static TroubleWords En { get; } = new()
    {
        Title = "Trouble",
        None = "Nothing is wrong.",
        Stream = "stream",
        Since = "since",
        Until = "until",
        What = "what",
        Earlier = "earlier",
        Fights = "Fights",
        FightHelp = "Two encoders publish the same stream and pushed each other out. Stop one of them, or give each a stream of its own. "
            + "The one that is on air is kept meanwhile.",
        Fight = "{0} is kept, {1} is refused",
        FightUnknown = "the present one is kept",
        Wedges = "Ghosts",
        WedgeHelp = "SRS says busy for a stream that nobody publishes there. Publish to another server; a restart of that SRS frees it.",
        Wedge = "on {0}",
        UntilRestart = "a restart of that SRS, or a publisher seen there",
        Stalled = "Removals that do not get on",
        StalledHelp = "An old session was ordered away and its server does not answer, or forbids it. The supervisor goes on trying. See "
            + "whether the server's API can be reached; Release on the page of the stream gives the removal up.",
        Removal = "client {0} on {1}",
        Forbidden = "The server's API forbids kicks: let DELETE /api/v1/clients/ through.",
        UntilGone = "it is proven gone",
        Flaps = "Flapping",
        FlapHelp = "The encoder comes and goes: look at its network, its power and its bitrate.",
        Flap = "published {0} times in a short while",
        UntilQuiet = "it stays on air",
        Quarantined = "Quarantine",
        QuarantineHelp = "The journal of the stream can't be read, and every attempt to publish it is refused. Mostly a newer version "
            + "wrote it: start that version again. Else give the stream a new beginning.",
        UntilReleased = "a person ends it",
        StartsAnew = "A new beginning is ordered.",
        ReadAgain = "Read again…",
        ReadAgainEffect = "The journal is read once more. Where it still can't be, the stream stays in quarantine.",
        StartAnew = "Start anew…",
        StartAnewEffect = "The stream begins anew behind what can't be read. Its lock and its pin remain; who is on air may be removed "
            + "when somebody publishes.",
        OnlyHere = "Of streams in quarantine this page lists those of this member; open it on the others to see theirs.",
    };

    public static TroubleWords Zh { get; } = new()
    {
        Title = "异常",
        None = "一切正常。",
        Stream = "流",
        Since = "开始于",
        Until = "持续至",
        What = "情况",
        Earlier = "更早",
        Fights = "争抢",
        FightHelp = "两个编码器推同一个流，互相把对方挤掉。请停止其中一个，或让它们各用一个流。在此期间保留正在推流的一方。",
        Fight = "保留 {0}，拒绝 {1}",
        FightUnknown = "保留当前一方",
        Wedges = "残留",
        WedgeHelp = "SRS 报告该流被占用，但那里并没有人在推。请推到其他源站；重启该 SRS 即可释放。",
        Wedge = "位于 {0}",
        UntilRestart = "该 SRS 重启，或在那里看到推流",
        Stalled = "迟迟未完成的移除",
        StalledHelp = "已下令移除旧会话，但其源站没有响应或不允许移除。系统会继续尝试。请检查该源站的 API 能否访问；在流页面上选择“强制释放”可放弃移除。",
        Removal = "{1} 上的客户端 {0}",
        Forbidden = "该源站的 API 禁止踢出：请放行 DELETE /api/v1/clients/。",
        UntilGone = "确认其已离开",
        Flaps = "反复重连",
        FlapHelp = "编码器时断时续：请检查其网络、供电和码率。",
        Flap = "短时间内推流 {0} 次",
        UntilQuiet = "推流恢复稳定",
        Quarantined = "隔离",
        QuarantineHelp = "该流的日志无法读取，所有推流请求都会被拒绝。多半是由更新的版本写入：请重新启动那个版本；否则可让该流重新开始。",
        UntilReleased = "由管理员解除",
        StartsAnew = "已下令重新开始。",
        ReadAgain = "重新读取…",
        ReadAgainEffect = "再读取一次日志。若仍无法读取，该流继续隔离。",
        StartAnew = "重新开始…",
        StartAnewEffect = "该流从无法读取的部分之后重新开始。锁定和绑定会保留；有人推流时，正在推流的一方可能会被移除。",
        OnlyHere = "隔离的流仅列出本节点所管理的；其他节点上的请在那些节点上打开本页查看。",
    };
}
