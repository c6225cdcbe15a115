namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>What stands around a page of the manual.</summary>
public sealed record ManualWords : IWords<ManualWords>
{
    public required string Contents { get; init; }
    public required string InTerminal { get; init; }

    public static ManualWords En { get; } = new() { Contents = "Pages of the manual", InTerminal = "In a terminal:" };

    public static ManualWords Zh { get; } = new() { Contents = "手册目录", InTerminal = "在终端中查看：" };
}
