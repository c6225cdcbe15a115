namespace StreamSupervisor.Demo;

/// <summary>Figures as people read them.</summary>
internal static class DemoWords
{
    public static string Tries(int tries) => tries == 1 ? "first try" : $"{tries} tries";

    /// <summary><c>14 ms</c>, <c>8.1 s</c>.</summary>
    public static string Span(TimeSpan span) => span.TotalSeconds < 1 ? $"{span.TotalMilliseconds:0} ms" : $"{span.TotalSeconds:0.0} s";
}
