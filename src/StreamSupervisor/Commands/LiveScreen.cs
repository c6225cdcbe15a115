namespace StreamSupervisor.Commands;

/// <summary>
/// A screen of its own that is redrawn in place; what stood on the terminal before is there again afterwards. Each line is written over
/// the one before and cleared behind its end, so that nothing flickers.
/// </summary>
internal sealed class LiveScreen : IDisposable
{
    private const string Begin = "\e[?1049h\e[?25l";
    private const string End = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ClearLine = "\e[K";
    private const string ClearBelow = "\e[J";

    private readonly TextWriter _output;

    public LiveScreen(TextWriter output)
    {
        _output = output;
        _output.Write(Begin);
    }

    /// <summary>Shows these lines and nothing else.</summary>
    /// <param name="lines">As many as fit; each fits into the width.</param>
    public void Show(IEnumerable<string> lines)
    {
        _output.Write(Home + string.Join("\r\n", lines.Select(line => OutputTable.Plain(line) + ClearLine)) + ClearBelow);
        _output.Flush();
    }

    public void Dispose()
    {
        _output.Write(End);
        _output.Flush();
    }
}
