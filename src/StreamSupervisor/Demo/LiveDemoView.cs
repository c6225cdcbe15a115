using Spectre.Console;
using Spectre.Console.Rendering;
using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>A table that lives in a terminal.</summary>
/// <param name="length">Of one act.</param>
internal sealed class LiveDemoView(LiveDisplayContext screen, TimeSpan length) : IDemoView
{
    private const int LinesShown = 6;
    private readonly Queue<string> _told = new();
    private IRenderable _table = new Text("");

    public void Look(string act, TimeSpan passed, IReadOnlyList<EncoderReport> encoders)
    {
        _table = Table($"{act}: {passed.TotalSeconds:0} of {length.TotalSeconds:0} s", encoders);
        Show();
    }

    public void Tell(string what)
    {
        _told.Enqueue(what);
        if (_told.Count > LinesShown)
        {
            _ = _told.Dequeue();
        }

        Show();
    }

    private void Show()
    {
        string[] told = [.. _told];
        screen.UpdateTarget(new Rows([_table, .. told.Select(line => new Text(line))]));
    }

    private static Table Table(string title, IReadOnlyList<EncoderReport> encoders)
    {
        var table = new Table { Title = new TableTitle(title), Border = TableBorder.Rounded };
        table.AddColumns("encoder", "its trouble", "now", "on", "refused", "kept off air", "last return");
        foreach (var (encoder, (_, _, story)) in encoders.Zip(DemoCast.Encoders))
        {
            table.AddRow(
                encoder.Name,
                $"[grey]{Markup.Escape(story)}[/]",
                encoder.IsOnAir ? "[green]on air[/]" : "[red]off air[/]",
                encoder.Server,
                encoder.RefusedBusy == 0 ? "0" : $"[red]{encoder.RefusedBusy}[/]",
                $"{encoder.OffAir.TotalSeconds:0.0} s",
                encoder.Returns.IsEmpty ? "" : $"{DemoWords.Span(encoder.Returns[^1].Took)}, {DemoWords.Tries(encoder.Returns[^1].Tries)}");
        }

        return table;
    }
}
