namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>The members and the shards.</summary>
public sealed record ClusterWords : IWords<ClusterWords>
{
    public required string Title { get; init; }
    public required string Alone { get; init; }
    public required string NotJoined { get; init; }
    public required string Members { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required string Beat { get; init; }
    public required string Session { get; init; }
    public required string Held { get; init; }
    public required string NotHeld { get; init; }
    public required string Shards { get; init; }
    public required string Here { get; init; }
    public required string Active { get; init; }
    public required string Joining { get; init; }
    public required string Draining { get; init; }
    public required string Unheard { get; init; }
    public required string Ended { get; init; }
    public required string Dead { get; init; }
    public required string Left { get; init; }
    public required string Warnings { get; init; }
    public required string Field { get; init; }
    public required string FieldLabel { get; init; }
    public required string FieldUnknown { get; init; }

    /// <summary>{0}: the shard, {1}: its owner, {2}: how many keys.</summary>
    public required string Shard { get; init; }

    /// <summary>{0}: the shard.</summary>
    public required string ShardOfNobody { get; init; }
    public required string Nobody { get; init; }
    public required string KeysHere { get; init; }
    public required string KeysElsewhere { get; init; }
    public required string Leave { get; init; }

    /// <summary>{0}: how many shards.</summary>
    public required string LeaveEffect { get; init; }
    public required string Down { get; init; }

    /// <summary>{0}: how many shards.</summary>
    public required string DownEffect { get; init; }
    public required string DownAlive { get; init; }
    public required string LastMember { get; init; }
    public required string Insist { get; init; }

    /// <summary>{0}: the member.</summary>
    public required string LeaveOrdered { get; init; }
    public required string DownOrdered { get; init; }

    public static ClusterWords En { get; } = new()
    {
        Title = "Cluster",
        Alone = "This supervisor is alone with its database file: there is nobody to take over from it. With cluster.enabled and "
            + "PostgreSQL several members share the work.",
        NotJoined = "This member has not found its cluster yet.",
        Members = "Members",
        Name = "member",
        State = "state",
        Beat = "last beat",
        Session = "session at the database",
        Held = "open",
        NotHeld = "lost",
        Shards = "shards",
        Here = "answers this page",
        Active = "serves",
        Joining = "joins",
        Draining = "leaves",
        Unheard = "not heard",
        Ended = "Ended within ten minutes",
        Dead = "declared dead",
        Left = "left",
        Warnings = "To be mended",
        Field = "Who owns which shard",
        FieldLabel = "The 256 shards, a square for each, with the pattern of the member that owns it. The table of members says how many "
            + "each has.",
        FieldUnknown = "Where the shards are cannot be asked now.",
        Shard = "shard {0}: {1}, {2} keys in memory",
        ShardOfNobody = "shard {0}: nobody has asked for it yet",
        Nobody = "not asked for yet",
        KeysHere = "Keys in memory here",
        KeysElsewhere = "Another member has it; open this page there to see its keys.",
        Leave = "Leave…",
        LeaveEffect = "It hands its {0} shards to the others first, then its process ends. No encoder is refused: an answer may take a "
            + "moment longer while a shard moves.",
        Down = "Down…",
        DownEffect = "It is declared dead at once and its process ends. The others take its {0} shards over from the journal; who waits "
            + "for an answer in it is asked about again. For a member that hangs; one that answers should leave instead.",
        DownAlive = "The others hear this member: it is alive. To leave is the gentler way.",
        LastMember = "It is the last member that answers: without it every hook is refused.",
        Insist = "Do it all the same",
        LeaveOrdered = "{0} leaves.",
        DownOrdered = "{0} is declared dead.",
    };

    public static ClusterWords Zh { get; } = new()
    {
        Title = "集群",
        Alone = "本程序独自使用一个数据库文件运行，没有其他节点可以接管。启用 cluster.enabled 并使用 PostgreSQL 后，可由多个节点分担。",
        NotJoined = "本节点尚未加入集群。",
        Members = "节点",
        Name = "节点",
        State = "状态",
        Beat = "最近心跳",
        Session = "数据库会话",
        Held = "正常",
        NotHeld = "已断开",
        Shards = "分片",
        Here = "本页由它提供",
        Active = "服务中",
        Joining = "正在加入",
        Draining = "正在退出",
        Unheard = "无响应",
        Ended = "十分钟内退出的节点",
        Dead = "已判定失效",
        Left = "已退出",
        Warnings = "需要处理",
        Field = "分片归属",
        FieldLabel = "共 256 个分片，每格一个，以图案表示所属节点。各节点的分片数见节点表。",
        FieldUnknown = "目前无法查询分片的位置。",
        Shard = "分片 {0}：{1}，内存中有 {2} 个流",
        ShardOfNobody = "分片 {0}：尚无人访问",
        Nobody = "尚无人访问",
        KeysHere = "本节点内存中的流",
        KeysElsewhere = "该分片在其他节点上；请在那个节点打开本页查看其中的流。",
        Leave = "退出…",
        LeaveEffect = "它会先把 {0} 个分片移交给其他节点，然后结束进程。不会拒绝任何编码器；分片移交期间，答复可能稍慢。",
        Down = "判定失效…",
        DownEffect = "立即判定其失效并结束其进程。其他节点会依据日志接管它的 {0} 个分片；正在其中等待答复的请求会重新询问。仅用于已卡死的节点；仍有响应的节点应当使用“退出”。",
        DownAlive = "其他节点仍能收到它的响应：它还在运行。“退出”更为稳妥。",
        LastMember = "它是最后一个有响应的节点：没有它，所有回调都会被拒绝。",
        Insist = "仍要执行",
        LeaveOrdered = "{0} 正在退出。",
        DownOrdered = "{0} 已判定失效。",
    };
}
