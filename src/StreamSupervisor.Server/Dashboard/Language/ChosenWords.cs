namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>One order for several streams.</summary>
public sealed record ChosenWords : IWords<ChosenWords>
{
    public required string Chosen { get; init; }
    public required string WithChosen { get; init; }

    /// <summary>{0}: the order, {1}: how many.</summary>
    public required string Title { get; init; }
    public required string OnAir { get; init; }
    public required string Nobody { get; init; }
    public required string ChangedHands { get; init; }
    public required string Outcome { get; init; }

    /// <summary>{0}: for how many it was done, {1}: of how many.</summary>
    public required string DoneFor { get; init; }
    public required string NothingChosen { get; init; }
    public required string TooMany { get; init; }
    public required string Back { get; init; }

    public static ChosenWords En { get; } = new()
    {
        Chosen = "chosen",
        WithChosen = "With the chosen streams:",
        Title = "{0}, streams: {1}",
        OnAir = "on air",
        Nobody = "nobody",
        ChangedHands = "It has changed hands since it was chosen: nothing will happen to it.",
        Outcome = "what became of it",
        DoneFor = "Done for {0} of {1}.",
        NothingChosen = "Choose at least one stream. Nothing happened.",
        TooMany = "At most 50 streams at once. Nothing happened.",
        Back = "Back to the streams",
    };

    public static ChosenWords Zh { get; } = new()
    {
        Chosen = "选择",
        WithChosen = "对所选的流：",
        Title = "{0}，流数：{1}",
        OnAir = "正在推流",
        Nobody = "无人",
        ChangedHands = "选择之后该流已换了发布者：不会对它执行任何操作。",
        Outcome = "结果",
        DoneFor = "已对 {1} 个流中的 {0} 个执行。",
        NothingChosen = "请至少选择一个流。未执行任何操作。",
        TooMany = "一次最多 50 个流。未执行任何操作。",
        Back = "返回流列表",
    };
}
