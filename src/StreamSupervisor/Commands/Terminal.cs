namespace StreamSupervisor.Commands;

/// <summary>Where the output goes.</summary>
internal static class Terminal
{
    /// <summary>Whether a person sees it as it is written; else it goes to a file, a pipe or a test.</summary>
    public static bool Shows(TextWriter output) => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Cells in a row. Those that do not say so are taken for the one that all others imitate.</summary>
    public static int Width => Console.WindowWidth is > 0 and var width ? width : 80;

    /// <summary>Rows.</summary>
    public static int Height => Console.WindowHeight is > 0 and var height ? height : 24;

    /// <summary>Refuses to draw where drawing would leave signs that nobody can read.</summary>
    /// <param name="instead">What to do there.</param>
    /// <exception cref="CommandException">It is no terminal that can be drawn on.</exception>
    public static void MustDraw(TextWriter output, string command, string instead)
    {
        if (!Shows(output) || Environment.GetEnvironmentVariable("TERM") == "dumb")
        {
            throw new CommandException($"{command} draws on a terminal, and this output is none. {instead}", ExitCodes.Usage);
        }
    }
}
