namespace StreamSupervisor.Demo;

/// <summary>Figures as people read them.</summary>
internal static class DemoWords
{
    /// <summary>What the pages call a supervisor that is only played with.</summary>
    public const string Title = "StreamSupervisor demo";

    /// <summary>Where the pages of a supervisor begin.</summary>
    public const string Pages = "/ui";

    public static string Tries(int tries) => tries == 1 ? "first try" : $"{tries} tries";

    /// <summary><c>14 ms</c>, <c>8.1 s</c>.</summary>
    public static string Span(TimeSpan span) => span.TotalSeconds < 1 ? $"{span.TotalMilliseconds:0} ms" : $"{span.TotalSeconds:0.0} s";
}
