using Spectre.Console;
using Spectre.Console.Rendering;
using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>What a person sees of the demo: a table that lives in a terminal, plain lines elsewhere, and the summary.</summary>
internal sealed class DemoView(TextWriter output)
{
    private readonly Dictionary<string, bool> _onAir = [];
    private string _act = "";

    /// <summary>One line for each encoder that left the air or came back, for logs and pipes.</summary>
    public void Plain(string title, TimeSpan passed, IReadOnlyList<EncoderReport> encoders)
    {
        if (title != _act)
        {
            _act = title;
            _onAir.Clear();
            output.WriteLine($"--- {title} ---");
        }

        foreach (var encoder in encoders)
        {
            if (_onAir.TryGetValue(encoder.Name, out var was) && was == encoder.IsOnAir)
            {
                continue;
            }

            _onAir[encoder.Name] = encoder.IsOnAir;
            if (encoder.IsOnAir || was)
            {
                output.WriteLine($"{passed.TotalSeconds,5:0.0} s  {encoder.Name,-8} {(encoder.IsOnAir ? Arrival(encoder) : "off air")}");
            }
        }
    }

    public static IRenderable Table(string title, TimeSpan passed, TimeSpan length, IReadOnlyList<EncoderReport> encoders)
    {
        var table = new Table { Title = new TableTitle($"{title}: {passed.TotalSeconds:0} of {length.TotalSeconds:0} s"), Border = TableBorder.Rounded };
        table.AddColumns("encoder", "", "server", "refused busy", "time before a closed door", "last return");
        foreach (var (encoder, (_, _, story)) in encoders.Zip(DemoCast.Encoders))
        {
            table.AddRow(
                $"{encoder.Name} [grey]{Markup.Escape(story)}[/]",
                encoder.IsOnAir ? "[green]on air[/]" : "[red]off air[/]",
                encoder.Server,
                encoder.RefusedBusy == 0 ? "0" : $"[red]{encoder.RefusedBusy}[/]",
                $"{encoder.OffAir.TotalSeconds:0.0} s",
                encoder.Returns.IsEmpty ? "" : $"{Span(encoder.Returns[^1].Took)}, {Tries(encoder.Returns[^1].Tries)}");
        }

        return table;
    }

    public void Summary(TimeSpan length, DemoAct without, DemoAct with)
    {
        output.WriteLine();
        output.WriteLine($"{DemoCast.Encoders.Count} encoders on {DemoCast.Servers.Count} simulated SRS servers, {length.TotalSeconds:0} s each way:");
        output.WriteLine();
        output.WriteLine($"{"",-42}{"without",12}{"with",12}");
        Row("tries that SRS refused as busy", without.Busy, with.Busy);
        Row("tries that the supervisor refused", without.RefusedByUs, with.RefusedByUs);
        Row("returns to the air", without.Returns, with.Returns);
        Row("time back on air, median", Span(without.MedianReturn), Span(with.MedianReturn));
        Row("time before a closed door, all encoders", Span(without.OffAir), Span(with.OffAir));
    }

    private void Row(string what, object without, object with) => output.WriteLine($"{what,-42}{without,12}{with,12}");

    private static string Arrival(EncoderReport encoder) => encoder.Returns.IsEmpty
        ? $"on air on {encoder.Server}"
        : $"back on air on {encoder.Server} after {Span(encoder.Returns[^1].Took)}, {Tries(encoder.Returns[^1].Tries)}";

    private static string Tries(int tries) => tries == 1 ? "first try" : $"{tries} tries";

    private static string Span(TimeSpan? span) => span switch
    {
        null => "never",
        { TotalSeconds: < 1 } short_ => $"{short_.TotalMilliseconds:0} ms",
        { } long_ => $"{long_.TotalSeconds:0.0} s",
    };
}
