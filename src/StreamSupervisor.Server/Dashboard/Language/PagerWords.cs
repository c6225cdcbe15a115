namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Pages of a list.</summary>
public sealed record PagerWords : IWords<PagerWords>
{
    public required string Pages { get; init; }
    public required string First { get; init; }
    public required string Next { get; init; }

    public static PagerWords En { get; } = new() { Pages = "Pages of this list", First = "first", Next = "next" };

    public static PagerWords Zh { get; } = new() { Pages = "列表分页", First = "首页", Next = "下一页" };
}
