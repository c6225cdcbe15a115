namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Dialogs that ask before something is done.</summary>
public sealed record AskWords : IWords<AskWords>
{
    public required string Why { get; init; }
    public required string TypeToConfirm { get; init; }
    public required string Cancel { get; init; }
    public required string NotConfirmed { get; init; }
    public required string WhyMissing { get; init; }

    public static AskWords En { get; } = new()
    {
        Why = "Why? It is kept with your name.",
        TypeToConfirm = "To confirm, type",
        Cancel = "Cancel",
        NotConfirmed = "What was typed is not its name. Nothing happened.",
        WhyMissing = "Say why. Nothing happened.",
    };

    public static AskWords Zh { get; } = new()
    {
        Why = "原因（会与您的名称一同记录）",
        TypeToConfirm = "请输入以下名称以确认：",
        Cancel = "取消",
        NotConfirmed = "输入的名称不一致，未执行任何操作。",
        WhyMissing = "请填写原因。未执行任何操作。",
    };
}
