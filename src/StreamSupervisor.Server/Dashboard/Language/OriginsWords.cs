namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>The SRS servers.</summary>
public sealed record OriginsWords : IWords<OriginsWords>
{
    public required string Title { get; init; }
    public required string None { get; init; }
    public required string Version { get; init; }
    public required string NotKnown { get; init; }
    public required string Api { get; init; }
    public required string LastLook { get; init; }

    /// <summary>{0}: how long.</summary>
    public required string Took { get; init; }

    /// <summary>What the line of the last lists shows, for those who cannot see it.</summary>
    public required string TookLately { get; init; }
    public required string Streams { get; init; }
    public required string Receives { get; init; }
    public required string Busy { get; init; }
    public required string Wedged { get; init; }
    public required string WedgedHelp { get; init; }
    public required string Orphaned { get; init; }
    public required string OrphanedHelp { get; init; }
    public required string KicksForbidden { get; init; }
    public required string CallOrder { get; init; }
    public required string WaitsInPublish { get; init; }
    public required string BusyBeforePublish { get; init; }
    public required string HeldIsOrphaned { get; init; }
    public required string OrderUnknown { get; init; }
    public required string Hooks { get; init; }
    public required string HooksNote { get; init; }
    public required string Never { get; init; }
    public required string Missed { get; init; }
    public required string Drain { get; init; }
    public required string DrainEffect { get; init; }
    public required string Undrain { get; init; }
    public required string UndrainEffect { get; init; }
    public required string Look { get; init; }

    /// <summary>{0}: the server.</summary>
    public required string Drained { get; init; }
    public required string Undrained { get; init; }
    public required string AlreadySo { get; init; }
    public required string LookOrdered { get; init; }

    public static OriginsWords En { get; } = new()
    {
        Title = "SRS servers",
        None = "No SRS server is configured (origins).",
        Version = "version",
        NotKnown = "not known yet",
        Api = "API address",
        LastLook = "last answer",
        Took = "a list took {0}",
        TookLately = "The last lists took, the newest last",
        Streams = "streams",
        Receives = "receives",
        Busy = "busy",
        Wedged = "ghosts",
        WedgedHelp = "SRS holds these keys and nobody publishes them. Only a restart of this SRS frees them; publish to another server "
            + "until then.",
        Orphaned = "published for nobody",
        OrphanedHelp = "SRS receives these and sends their players nothing. Kick the publisher: its next publish reaches them.",
        KicksForbidden = "Its API forbids kicks, so that old sessions end only by themselves. Let DELETE /api/v1/clients/ through.",
        CallOrder = "order of calls",
        WaitsInPublish = "An encoder may wait in on_publish until the old session is removed.",
        BusyBeforePublish = "SRS says busy before it asks in on_publish. Only an encoder that is known in on_connect can wait: by a "
            + "credential, a registration, or an app that only takes publishers.",
        HeldIsOrphaned = "The first publisher of a stream is answered within 0.1 s: this version may publish one that waited for nobody.",
        OrderUnknown = "It is not known before its API has told its version.",
        Hooks = "hooks",
        HooksNote = "As they came to this member since it started; other members have heard others.",
        Never = "never",
        Missed = "never came: is its line missing in srs.conf?",
        Drain = "Drain…",
        DrainEffect = "Encoders that ask where to publish are no longer sent there. What it publishes stays, and who publishes to its "
            + "address all the same is let in.",
        Undrain = "End draining…",
        UndrainEffect = "Encoders that ask where to publish are sent there again.",
        Look = "Look now",
        Drained = "{0} is being drained.",
        Undrained = "{0} takes new streams again.",
        AlreadySo = "It was so already.",
        LookOrdered = "{0} is being looked at; the answer shows in a moment.",
    };

    public static OriginsWords Zh { get; } = new()
    {
        Title = "SRS 源站",
        None = "尚未配置任何 SRS 源站（origins）。",
        Version = "版本",
        NotKnown = "尚不清楚",
        Api = "API 地址",
        LastLook = "最近响应",
        Took = "列出流用时 {0}",
        TookLately = "最近几次列出流的用时，最新的在最后",
        Streams = "流数",
        Receives = "接收",
        Busy = "繁忙程度",
        Wedged = "残留",
        WedgedHelp = "SRS 占用着这些流，但没有人在推。只有重启该 SRS 才能释放；在此之前请推到其他源站。",
        Orphaned = "无人接收",
        OrphanedHelp = "SRS 收得到这些流，却没有发给任何播放端。请踢出推流端：重新推流后即可恢复。",
        KicksForbidden = "其 API 禁止踢出，旧会话只能等其自行断开。请放行 DELETE /api/v1/clients/。",
        CallOrder = "回调次序",
        WaitsInPublish = "编码器可以在 on_publish 中等待，直到旧会话被移除。",
        BusyBeforePublish = "SRS 会先报“占用”，之后才询问 on_publish。只有在 on_connect 时就能识别的编码器才能等待：带凭证、已预约，或使用只接收推流的 app。",
        HeldIsOrphaned = "一个流的首个推流端会在 0.1 秒内得到答复：该版本可能让等待过的推流变成无人接收。",
        OrderUnknown = "要等其 API 报告版本后才能知道。",
        Hooks = "回调",
        HooksNote = "仅统计本节点启动以来收到的回调；其他节点收到的不在此列。",
        Never = "从未收到",
        Missed = "从未收到：srs.conf 中是否缺少这一行？",
        Drain = "排空…",
        DrainEffect = "询问推流地址的编码器不再被分配到该源站。已有的流不受影响；直接推到其地址的编码器仍会放行。",
        Undrain = "结束排空…",
        UndrainEffect = "询问推流地址的编码器会再次被分配到该源站。",
        Look = "立即检查",
        Drained = "{0} 正在排空。",
        Undrained = "{0} 重新接收新的流。",
        AlreadySo = "原本就是如此。",
        LookOrdered = "正在检查 {0}，稍后显示结果。",
    };
}
