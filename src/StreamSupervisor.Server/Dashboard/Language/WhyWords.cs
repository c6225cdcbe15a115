namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Why was an encoder refused?</summary>
public sealed record WhyWords : IWords<WhyWords>
{
    public required string Title { get; init; }
    public required string Intro { get; init; }
    public required string Label { get; init; }
    public required string Search { get; init; }
    public required string LastHour { get; init; }
    public required string LastDay { get; init; }
    public required string AllKept { get; init; }
    public required string Range { get; init; }

    /// <summary>What stands before what was read out of a pasted line.</summary>
    public required string ReadFromLine { get; init; }
    public required string Client { get; init; }
    public required string Address { get; init; }
    public required string Key { get; init; }
    public required string Name { get; init; }

    /// <summary>{0}: tries, {1}: refused, {2}: admitted.</summary>
    public required string Summary { get; init; }
    public required string More { get; init; }
    public required string NoneFound { get; init; }
    public required string NoneFoundHint { get; init; }
    public required string Admitted { get; init; }
    public required string Refused { get; init; }
    public required string Held { get; init; }
    public required string Registered { get; init; }
    public required string Observed { get; init; }
    public required string Adopted { get; init; }
    public required string Unknown { get; init; }
    public required string Temporary { get; init; }
    public required string Permanent { get; init; }
    public required string WhatToDo { get; init; }
    public required string ThisAttempt { get; init; }
    public required string CopyForEncoder { get; init; }
    public required string CopyHint { get; init; }
    public required string AttemptTitle { get; init; }
    public required string BackToSearch { get; init; }
    public required string Stream { get; init; }
    public required string Server { get; init; }
    public required string Asked { get; init; }
    public required string Waited { get; init; }
    public required string Reason { get; init; }
    public required string Incumbent { get; init; }
    public required string InTheJournal { get; init; }
    public required string Incomplete { get; init; }
    public required string Trace { get; init; }
    public required string OpenTrace { get; init; }

    public static WhyWords En { get; } = new()
    {
        Title = "Why was it refused?",
        Intro = "Who asked to publish, what was answered and why. Write an address, a client id, an encoder, a stream key or a reason, "
            + "or paste a line of SRS's log or a publishing address.",
        Label = "Address, client, encoder, key or a line of the log",
        Search = "Search",
        LastHour = "last hour",
        LastDay = "last 24 hours",
        AllKept = "all that is kept",
        Range = "How far back",
        ReadFromLine = "Read out of the line:",
        Client = "client",
        Address = "address",
        Key = "stream",
        Name = "name",
        Summary = "Tries: {0}, refused: {1}, admitted: {2}",
        More = "There are older ones.",
        NoneFound = "Nobody like that has asked to publish in this time.",
        NoneFoundHint = "A try that never reached the supervisor is not here: SRS refuses some before it asks. Try the stream key, or "
            + "look further back.",
        Admitted = "admitted",
        Refused = "refused",
        Held = "held",
        Registered = "registered",
        Observed = "only observed",
        Adopted = "found on air",
        Unknown = "unknown",
        Temporary = "temporary",
        Permanent = "permanent",
        WhatToDo = "What to do",
        ThisAttempt = "this attempt",
        CopyForEncoder = "For the person at the encoder",
        CopyHint = "Select and copy; it names no secret.",
        AttemptTitle = "One attempt",
        BackToSearch = "Search again",
        Stream = "Stream",
        Server = "Server",
        Asked = "Asked",
        Waited = "Waited",
        Reason = "Reason",
        Incumbent = "Who had the key",
        InTheJournal = "In the journal",
        Incomplete = "The beginning of this attempt is no longer in the journal; what is said here may lack it.",
        Trace = "Trace",
        OpenTrace = "all hooks of this client, step by step",
    };

    public static WhyWords Zh { get; } = new()
    {
        Title = "为何被拒？",
        Intro = "谁请求过推流、得到什么答复、原因是什么。可输入地址、客户端 ID、编码器、流标识或拒绝原因，也可直接粘贴一行 SRS 日志或推流地址。",
        Label = "地址、客户端、编码器、流标识或一行日志",
        Search = "查询",
        LastHour = "最近 1 小时",
        LastDay = "最近 24 小时",
        AllKept = "全部保留的记录",
        Range = "时间范围",
        ReadFromLine = "从该行中识别出：",
        Client = "客户端",
        Address = "地址",
        Key = "流",
        Name = "名称",
        Summary = "共 {0} 次请求：拒绝 {1} 次，准许 {2} 次",
        More = "还有更早的记录。",
        NoneFound = "这段时间内没有符合条件的推流请求。",
        NoneFoundHint = "没有到达本系统的请求不会出现在这里：有些请求会被 SRS 直接拒绝，而不会先来询问。请试试流标识，或扩大时间范围。",
        Admitted = "准许",
        Refused = "拒绝",
        Held = "等待中",
        Registered = "已预约",
        Observed = "仅观察",
        Adopted = "已在推流",
        Unknown = "未知",
        Temporary = "暂时",
        Permanent = "永久",
        WhatToDo = "处理办法",
        ThisAttempt = "查看此次请求",
        CopyForEncoder = "发给编码器操作人员",
        CopyHint = "选中即可复制；其中不含任何密钥。",
        AttemptTitle = "一次推流请求",
        BackToSearch = "重新查询",
        Stream = "流",
        Server = "源站",
        Asked = "请求时间",
        Waited = "等待",
        Reason = "原因",
        Incumbent = "当时的占用者",
        InTheJournal = "日志记录",
        Incomplete = "此次请求的开头已不在日志中，以下内容可能不完整。",
        Trace = "调用链",
        OpenTrace = "该客户端的全部回调，逐步查看",
    };

    /// <summary>The answer to an attempt, by the API's name of it.</summary>
    internal string AnswerOf(string answer) => answer switch
    {
        "admitted" => Admitted,
        "refused" => Refused,
        "held" => Held,
        "registered" => Registered,
        "adopted" => Adopted,
        "observed" => Observed,
        _ => Unknown,
    };
}
