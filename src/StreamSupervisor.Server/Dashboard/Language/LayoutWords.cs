namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>What stands around every page.</summary>
public sealed record LayoutWords : IWords<LayoutWords>
{
    public required string Streams { get; init; }
    public required string Why { get; init; }
    public required string Origins { get; init; }
    public required string Cluster { get; init; }
    public required string Trouble { get; init; }
    public required string Audit { get; init; }
    public required string Settings { get; init; }
    public required string Manual { get; init; }
    public required string Pages { get; init; }
    public required string SkipToContent { get; init; }
    public required string Find { get; init; }
    public required string FindHint { get; init; }
    public required string Now { get; init; }
    public required string Members { get; init; }
    public required string Fights { get; init; }
    public required string Wedged { get; init; }
    public required string LinkLive { get; init; }
    public required string LinkPaused { get; init; }
    public required string LinkOff { get; init; }
    public required string LinkSlow { get; init; }
    public required string LinkNone { get; init; }
    public required string Pause { get; init; }
    public required string Resume { get; init; }
    public required string OtherLanguage { get; init; }
    public required string Theme { get; init; }
    public required string Light { get; init; }
    public required string Dark { get; init; }
    public required string Auto { get; init; }
    public required string MayOperate { get; init; }
    public required string MayRead { get; init; }
    public required string SignOut { get; init; }
    public required string Close { get; init; }
    public required string Shortcuts { get; init; }
    public required string ShortcutFind { get; init; }
    public required string ShortcutGo { get; init; }
    public required string ShortcutMove { get; init; }
    public required string ShortcutOpen { get; init; }
    public required string ShortcutChoose { get; init; }
    public required string ShortcutNewer { get; init; }
    public required string ShortcutHelp { get; init; }
    public required string Newer { get; init; }

    /// <summary>Seconds, minutes, hours and days behind a number, with <c>|</c> between.</summary>
    public required string Units { get; init; }

    public static LayoutWords En { get; } = new()
    {
        Streams = "Streams",
        Why = "Why refused?",
        Origins = "Origins",
        Cluster = "Cluster",
        Trouble = "Trouble",
        Audit = "Audit",
        Settings = "Settings",
        Manual = "Manual",
        Pages = "Pages",
        SkipToContent = "Skip to content",
        Find = "Find",
        FindHint = "stream, address or client",
        Now = "Now",
        Members = "members",
        Fights = "fights",
        Wedged = "wedged",
        LinkLive = "live",
        LinkPaused = "paused",
        LinkOff = "off: the member does not answer; what you see is old",
        LinkSlow = "not live: loaded again every half minute",
        LinkNone = "Load the page again to see what is new.",
        Pause = "Pause",
        Resume = "Go on",
        OtherLanguage = "中文",
        Theme = "Colours",
        Light = "light",
        Dark = "dark",
        Auto = "auto",
        MayOperate = "may operate",
        MayRead = "may read",
        SignOut = "Sign out",
        Close = "Close",
        Shortcuts = "Keys",
        ShortcutFind = "find",
        ShortcutGo = "go to streams, origins, cluster, trouble, audit",
        ShortcutMove = "down and up the rows",
        ShortcutOpen = "open the row",
        ShortcutChoose = "choose the row, kick the chosen",
        ShortcutNewer = "show the rows that have come or gone",
        ShortcutHelp = "this help",
        Newer = "The list has changed. Press n to see it.",
        Units = " s| min| h| d",
    };

    public static LayoutWords Zh { get; } = new()
    {
        Streams = "流",
        Why = "为何被拒？",
        Origins = "源站",
        Cluster = "集群",
        Trouble = "异常",
        Audit = "审计",
        Settings = "配置",
        Manual = "手册",
        Pages = "页面",
        SkipToContent = "跳到正文",
        Find = "查找",
        FindHint = "流、地址或客户端",
        Now = "当前",
        Members = "节点",
        Fights = "争抢",
        Wedged = "卡死",
        LinkLive = "实时",
        LinkPaused = "已暂停",
        LinkOff = "已断开：节点没有响应，页面内容可能过时",
        LinkSlow = "非实时：每半分钟重新加载一次",
        LinkNone = "重新加载页面以查看最新内容。",
        Pause = "暂停",
        Resume = "继续",
        OtherLanguage = "English",
        Theme = "配色",
        Light = "浅色",
        Dark = "深色",
        Auto = "自动",
        MayOperate = "可操作",
        MayRead = "只读",
        SignOut = "退出登录",
        Close = "关闭",
        Shortcuts = "快捷键",
        ShortcutFind = "查找",
        ShortcutGo = "前往：流、源站、集群、异常、审计",
        ShortcutMove = "下一行、上一行",
        ShortcutOpen = "打开该行",
        ShortcutChoose = "选择该行、踢出所选",
        ShortcutNewer = "显示新增或消失的行",
        ShortcutHelp = "本帮助",
        Newer = "列表有变化，按 n 查看。",
        Units = " 秒| 分钟| 小时| 天",
    };
}
