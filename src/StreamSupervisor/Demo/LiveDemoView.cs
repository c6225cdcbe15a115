using Spectre.Console;
using Spectre.Console.Rendering;
using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>A table that lives in a terminal.</summary>
/// <param name="length">Of one act.</param>
/// <param name="width">Of the terminal, in characters.</param>
internal sealed class LiveDemoView(LiveDisplayContext screen, TimeSpan length, int width, DemoWords words) : IDemoView
{
    /// <summary>What the table needs; a narrower terminal is spared the stories, else it would break them into pieces.</summary>
    private const int WithStories = 114;
    private const int StoryColumn = 1;
    private const int LinesShown = 6;
    // The act and what befalls the members are told by two hands.
    private readonly Lock _lock = new();
    private readonly Queue<string> _told = new();
    private IRenderable _table = new Text("");

    public void Look(string act, TimeSpan passed, IReadOnlyList<EncoderReport> encoders)
    {
        lock (_lock)
        {
            _table = Table(words.Progress(act, (int)passed.TotalSeconds, (int)Math.Ceiling(length.TotalSeconds)), encoders);
            Show();
        }
    }

    public void Tell(string what)
    {
        lock (_lock)
        {
            _told.Enqueue(what);
            if (_told.Count > LinesShown)
            {
                _ = _told.Dequeue();
            }

            Show();
        }
    }

    private void Show()
    {
        string[] told = [.. _told];
        screen.UpdateTarget(new Rows([_table, .. told.Select(line => new Text(Cells.Cut(line, width)))]));
    }

    private Table Table(string title, IReadOnlyList<EncoderReport> encoders)
    {
        var table = new Table { Title = new TableTitle(title), Border = TableBorder.Rounded };
        table.AddColumns(Fitting([.. words.Columns]));
        foreach (var (encoder, story) in encoders.Zip(words.Troubles))
        {
            table.AddRow(Fitting(
                encoder.Name,
                $"[grey]{Markup.Escape(story)}[/]",
                encoder.IsOnAir ? $"[green]{words.OnAir}[/]" : $"[red]{words.OffAir}[/]",
                encoder.Server,
                encoder.RefusedBusy == 0 ? "0" : $"[red]{encoder.RefusedBusy}[/]",
                $"{encoder.OffAir.TotalSeconds:0.0} s",
                encoder.Returns.IsEmpty
                    ? ""
                    : $"{DemoWords.Span(encoder.Returns[^1].Took)}, {words.Tries(encoder.Returns[^1].Tries)}"));
        }

        return table;

        string[] Fitting(params string[] cells) => width < WithStories ? [.. cells.Where((_, column) => column != StoryColumn)] : cells;
    }
}
