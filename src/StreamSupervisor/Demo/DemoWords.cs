namespace StreamSupervisor.Demo;

/// <summary>What the demo says to people, in one language.</summary>
internal sealed record DemoWords
{
    /// <summary>Where the pages of a supervisor begin.</summary>
    public const string Pages = "/ui";

    /// <summary>What the pages call a supervisor that is only played with.</summary>
    public required string Title { get; init; }
    public required string Building { get; init; }
    public required Func<int, string> Starting { get; init; }
    public required Func<string, string> Ready { get; init; }
    public required string Dashboard { get; init; }
    public required string Without { get; init; }
    public required string With { get; init; }
    public required string Between { get; init; }

    /// <summary>An act, the seconds that have passed, and how many it has.</summary>
    public required Func<string, int, int, string> Progress { get; init; }

    /// <summary>The columns of the table, the trouble of an encoder second.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The trouble of each encoder, in the order of <see cref="DemoCast.Encoders"/>.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }
    public required string OnAir { get; init; }
    public required string OffAir { get; init; }
    public required string LostNetwork { get; init; }
    public required Func<string, string> Arrived { get; init; }
    public required Func<string, string, int, string> Returned { get; init; }
    public required Func<int, string> Tries { get; init; }
    public required Func<string, string> Killed { get; init; }
    public required Func<string, string> AfterKill { get; init; }
    public required Func<string, string> Stopping { get; init; }
    public required Func<string, string, string> AfterStop { get; init; }
    public required Func<string, string> IsBack { get; init; }
    public required Func<string, string> WasKilled { get; init; }
    public required Func<string, string> WasStopped { get; init; }

    /// <summary>Encoders, servers, and the seconds of each act.</summary>
    public required Func<int, int, string, string, string> Heading { get; init; }
    public required string ColumnWithout { get; init; }
    public required string ColumnWith { get; init; }
    public required string Busy { get; init; }
    public required string RefusedByUs { get; init; }
    public required string Returns { get; init; }
    public required string StillOff { get; init; }
    public required string BackOnAir { get; init; }
    public required string KeptOff { get; init; }
    public required string Meanwhile { get; init; }
    public required string LongestWait { get; init; }
    public required string Leaving { get; init; }

    /// <summary>What to do after the demo: what for, and the command.</summary>
    public required IReadOnlyList<(string What, string Command)> Next { get; init; }
    public required string NextHeading { get; init; }
    public required string NextName { get; init; }

    public static DemoWords En { get; } = new()
    {
        Title = "StreamSupervisor demo",
        Building = "setting the scene: two simulated SRS servers, six encoders, a supervisor",
        Starting = members => $"starting a PostgreSQL and {members} members in processes of their own",
        Ready = name => $"{name} is ready",
        Dashboard = "The dashboard, for a browser on this machine, until the end; it comes to life in the second half:",
        Without = "without the supervisor",
        With = "with the supervisor",
        Between = "both servers start anew; from now on they ask the supervisor",
        Progress = (act, passed, length) => passed <= length ? $"{act}: {passed} of {length} s" : $"{act}: {passed} s, until all are back",
        Columns = ["encoder", "its trouble", "now", "on", "refused", "kept off air", "last return"],
        Troubles =
        [
            "a cable: never drops", "in a train: its network goes every 6 s", "behind a hill every 9 s", "flaps every 4 s",
            "comes back on the other server", "OBS: waits longer after each refusal",
        ],
        OnAir = "on air",
        OffAir = "off air",
        LostNetwork = "lost its network",
        Arrived = server => $"on air on {server}",
        Returned = (server, took, tries) => $"back on air on {server} after {took}, {(tries == 1 ? "first try" : $"{tries} tries")}",
        Tries = tries => tries == 1 ? "first try" : $"{tries} tries",
        Killed = name => $"{name} is killed with -9",
        AfterKill = wait => $"the others answer for every stream key; the longest wait was {wait}",
        Stopping = name => $"{name} is asked to stop",
        AfterStop = (name, wait) => $"{name} has given its stream keys away and left; the longest wait was {wait}",
        IsBack = name => $"{name} is back",
        WasKilled = name => $"{name} was killed with -9 and came back",
        WasStopped = name => $"{name} was stopped and came back",
        Heading = (encoders, servers, without, with) => without == with
            ? $"{encoders} encoders on {servers} simulated SRS servers, {with} s each way:"
            : $"{encoders} encoders on {servers} simulated SRS servers, {without} s without, {with} s with:",
        ColumnWithout = "without",
        ColumnWith = "with",
        Busy = "tries that SRS refused as busy",
        RefusedByUs = "tries that the supervisor refused",
        Returns = "returns to the air",
        StillOff = "still kept off air at the end",
        BackOnAir = "time back on air, average of all losses",
        KeptOff = "kept off air though the network was there",
        Meanwhile = "Meanwhile, to the members:",
        LongestWait = "longest wait for an answer",
        Leaving = "the members leave",
        NextHeading = "Next:",
        Next =
        [
            ("beside your own SRS, in five minutes", "manual start"),
            ("three members, one killed, one stopped", "demo --members 3"),
            ("what your srs.conf lacks", "lint /path/to/srs.conf"),
            ("run it", "serve"),
        ],
        NextName = "(streamsupervisor is 'dotnet run --project src/StreamSupervisor --' until it is published)",
    };

    public static DemoWords Zh { get; } = new()
    {
        Title = "StreamSupervisor 演示",
        Building = "正在布置现场：两台模拟的 SRS、六台编码器、一个监管程序",
        Starting = members => $"正在启动一个 PostgreSQL 和 {members} 个独立进程的节点",
        Ready = name => $"{name} 已就绪",
        Dashboard = "控制台（本机浏览器打开，演示期间可用，后半场开始有内容）：",
        Without = "没有监管程序",
        With = "有监管程序",
        Between = "两台服务器重新启动；从现在起它们先询问监管程序",
        Progress = (act, passed, length) => passed <= length ? $"{act}：{passed} / {length} 秒" : $"{act}：{passed} 秒，等节点全部回来",
        Columns = ["编码器", "网络状况", "当前", "所在", "被拒", "被挡时间", "最近一次恢复"],
        Troubles =
        [
            "有线网络：从不断", "在火车上：每 6 秒断一次", "每 9 秒被山挡住", "每 4 秒闪断", "回来时换到另一台服务器", "OBS：每被拒一次等得更久",
        ],
        OnAir = "推流中",
        OffAir = "已断流",
        LostNetwork = "断网",
        Arrived = server => $"在 {server} 上推流",
        Returned = (server, took, tries) => $"恢复推流，在 {server}，用时 {took}，{(tries == 1 ? "一次成功" : $"试了 {tries} 次")}",
        Tries = tries => tries == 1 ? "一次成功" : $"试了 {tries} 次",
        Killed = name => $"用 kill -9 杀掉 {name}",
        AfterKill = wait => $"其他节点已接管全部流；最长等待 {wait}",
        Stopping = name => $"通知 {name} 停止",
        AfterStop = (name, wait) => $"{name} 已移交全部流并退出；最长等待 {wait}",
        IsBack = name => $"{name} 回来了",
        WasKilled = name => $"{name} 被 kill -9 后回来",
        WasStopped = name => $"{name} 停止后回来",
        Heading = (encoders, servers, without, with) => without == with
            ? $"{encoders} 台编码器，{servers} 台模拟 SRS，各 {with} 秒："
            : $"{encoders} 台编码器，{servers} 台模拟 SRS，没有时 {without} 秒，有时 {with} 秒：",
        ColumnWithout = "没有",
        ColumnWith = "有",
        Busy = "被 SRS 以占用为由拒绝的次数",
        RefusedByUs = "被监管程序拒绝的次数",
        Returns = "恢复推流的次数",
        StillOff = "结束时仍被挡在外面的编码器",
        BackOnAir = "每次断流到恢复的平均时间",
        KeptOff = "网络已通却推不上去的总时间",
        Meanwhile = "期间节点发生的事：",
        LongestWait = "最长等待",
        Leaving = "节点正在退出",
        NextHeading = "接下来：",
        Next =
        [
            ("五分钟接到自己的 SRS 旁边", "manual start --lang zh"),
            ("三个节点，杀一个、停一个", "demo --members 3 --lang zh"),
            ("检查您的 srs.conf 还缺什么", "lint /path/to/srs.conf"),
            ("正式运行", "serve"),
        ],
        NextName = "（发布之前，streamsupervisor 就是 dotnet run --project src/StreamSupervisor --）",
    };

    /// <summary><c>14 ms</c>, <c>8.1 s</c>.</summary>
    public static string Span(TimeSpan span) => span.TotalSeconds < 1 ? $"{span.TotalMilliseconds:0} ms" : $"{span.TotalSeconds:0.0} s";
}
