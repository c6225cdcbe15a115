namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>What a stream, an attempt, a server or a member is in. A state is always a sign and a word, and a colour beside.</summary>
public sealed record StateWords : IWords<StateWords>
{
    /// <summary>Of a state that this version does not know.</summary>
    private const string UnknownSign = "?";

    private static readonly Dictionary<string, string> Signs = new()
    {
        ["live"] = "●", ["handover"] = "◐", ["interrupted"] = "○", ["idle"] = "·", ["locked"] = "■", ["pinned"] = "◆", ["reserved"] = "◇",
        ["fight"] = "⇄", ["wedged"] = "▲", ["removing"] = "✕", ["held"] = "◐", ["orphaned"] = "▽", ["silent"] = "z", ["up"] = "●",
        ["suspect"] = "◐", ["down"] = "✕", ["unknown"] = "?", ["draining"] = "◇",
    };

    public required IReadOnlyDictionary<string, string> Words { get; init; }

    public static StateWords En { get; } = new()
    {
        Words = new Dictionary<string, string>
        {
            ["live"] = "live", ["handover"] = "handover", ["interrupted"] = "interrupted", ["idle"] = "idle", ["locked"] = "locked",
            ["pinned"] = "pinned", ["reserved"] = "reserved", ["fight"] = "fight", ["wedged"] = "wedged", ["removing"] = "removing",
            ["held"] = "held", ["orphaned"] = "for nobody", ["silent"] = "silent", ["up"] = "up", ["suspect"] = "suspect",
            ["down"] = "down", ["unknown"] = "unknown", ["draining"] = "draining",
        },
    };

    public static StateWords Zh { get; } = new()
    {
        Words = new Dictionary<string, string>
        {
            ["live"] = "直播中", ["handover"] = "切换中", ["interrupted"] = "已中断", ["idle"] = "空闲", ["locked"] = "已锁定",
            ["pinned"] = "已绑定", ["reserved"] = "已预留", ["fight"] = "争抢", ["wedged"] = "卡死", ["removing"] = "正在移除",
            ["held"] = "等待中", ["orphaned"] = "无人接收", ["silent"] = "无数据", ["up"] = "正常", ["suspect"] = "可疑", ["down"] = "不可用",
            ["unknown"] = "未知", ["draining"] = "排空中",
        },
    };

    /// <summary>What stands before the word, for those who see no colours.</summary>
    public static string SignOf(string state) => Signs.GetValueOrDefault(state, UnknownSign);

    /// <summary>The word; of a state that this version does not know, its name.</summary>
    public string Of(string state) => Words.GetValueOrDefault(state, state);
}
