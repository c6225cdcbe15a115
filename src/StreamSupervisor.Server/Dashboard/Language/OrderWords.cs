using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Orders: what they are called and what comes of them.</summary>
public sealed record OrderWords : IWords<OrderWords>
{
    public required string Orders { get; init; }
    public required IReadOnlyDictionary<string, string> Names { get; init; }

    /// <summary>What an order does, in one sentence.</summary>
    public required IReadOnlyDictionary<string, string> Effects { get; init; }
    public required string Session { get; init; }
    public required string NoSession { get; init; }
    public required string Identity { get; init; }
    public required string For { get; init; }

    /// <summary>How long a lock may be meant to last, as the API writes it, with the word for it.</summary>
    public required IReadOnlyDictionary<string, string> Lengths { get; init; }
    public required string Give { get; init; }
    public required string Moved { get; init; }

    /// <summary>What came of an order that was carried out; empty where the answer of the stream says it.</summary>
    public required IReadOnlyDictionary<string, string> Outcomes { get; init; }

    /// <summary>That there was nothing to do; empty where the answer of the stream says it.</summary>
    public required string NothingToDo { get; init; }

    public static OrderWords En { get; } = new()
    {
        Orders = "Orders",
        Names = new Dictionary<string, string>
        {
            ["kick"] = "Kick", ["lock"] = "Lock", ["unlock"] = "Unlock", ["pin"] = "Pin", ["release"] = "Release",
        },
        Effects = new Dictionary<string, string>
        {
            ["kick"] = "Removes the session that is on air; its encoder may come back at once, unless the key is locked.",
            ["lock"] = "Nobody may start to publish until it is unlocked; a session that is on air stays.",
            ["unlock"] = "Ends the lock and the pin: whoever may publish may publish again.",
            ["pin"] = "Only this identity may start to publish; a session that is on air stays.",
            ["release"] = "Removes whatever any SRS server holds for the key, on air or stuck, and forgets its wedges.",
        },
        Session = "It is meant for:",
        NoSession = "Nobody is on air.",
        Identity = "Identity",
        For = "For how long",
        Lengths = new Dictionary<string, string>
        {
            [""] = "until it is unlocked", ["10m"] = "10 minutes", ["1h"] = "1 hour", ["8h"] = "8 hours", ["1d"] = "1 day",
        },
        Give = "Do it",
        Outcomes = new Dictionary<string, string>(),
        NothingToDo = "",
        Moved = "The stream has changed hands since you looked, and nothing happened. Look who is on air now, and give the order again if "
            + "you still want it.",
    };

    public static OrderWords Zh { get; } = new()
    {
        Orders = "操作",
        Names = new Dictionary<string, string>
        {
            ["kick"] = "踢出", ["lock"] = "锁定", ["unlock"] = "解锁", ["pin"] = "绑定", ["release"] = "强制释放",
        },
        Effects = new Dictionary<string, string>
        {
            ["kick"] = "移除正在推流的会话；除非锁定该流，编码器可以立即重新推流。",
            ["lock"] = "解锁之前任何人都不能开始推流；正在推流的会话不受影响。",
            ["unlock"] = "解除锁定和绑定，恢复正常推流。",
            ["pin"] = "只有该身份可以开始推流；正在推流的会话不受影响。",
            ["release"] = "移除所有 SRS 源站上与该流有关的会话（正在推流或残留的），并清除卡死记录。",
        },
        Session = "操作对象：",
        NoSession = "当前无人推流。",
        Identity = "身份",
        For = "时长",
        Lengths = new Dictionary<string, string>
        {
            [""] = "直到解锁", ["10m"] = "10 分钟", ["1h"] = "1 小时", ["8h"] = "8 小时", ["1d"] = "1 天",
        },
        Give = "执行",
        Outcomes = new Dictionary<string, string>
        {
            ["kick"] = "正在移除推流者。编码器可能立即重新推流；如需阻止，请锁定该流。",
            ["lock"] = "已锁定：解锁之前任何人都不能开始推流。正在推流的会话不受影响。",
            ["unlock"] = "已解锁。",
            ["pin"] = "已绑定：只有该身份可以开始推流。正在推流的会话不受影响。",
            ["release"] = "正在所有源站上移除与该流有关的一切会话。",
        },
        NothingToDo = "无需操作，状态没有变化。",
        Moved = "在您查看之后，该流已换了发布者，未执行任何操作。请确认当前的推流者，如仍需要请重新操作。",
    };

    /// <summary>One sentence of what came of an order.</summary>
    internal string OutcomeOf(OperatorCommand order, Done done) =>
        done.Changed ? Outcomes.GetValueOrDefault(OperatorOrder.VerbOf(order), done.Text)
        : NothingToDo.Length > 0 ? NothingToDo : done.Text;
}
