namespace StreamSupervisor.Demo;

/// <summary>What is left of the demo on the screen: both acts side by side, what happened to the members, and what to do next.</summary>
internal static class DemoSummary
{
    private const int NameWidth = 44;
    private const int NumberWidth = 12;

    public static void Write(TextWriter output, DemoWords words, DemoAct without, DemoAct with, IReadOnlyList<DemoIncident> incidents)
    {
        output.WriteLine();
        output.WriteLine(words.Heading(DemoCast.Encoders.Count, DemoCast.Servers.Count, $"{without.Length.TotalSeconds:0}",
            $"{with.Length.TotalSeconds:0}"));
        output.WriteLine();
        Row("", words.ColumnWithout, words.ColumnWith);
        Row(words.Busy, $"{without.Busy}", $"{with.Busy}");
        Row(words.RefusedByUs, "-", $"{with.RefusedByUs}");
        Row(words.Returns, $"{without.Returns}", $"{with.Returns}");
        Row(words.StillOff, $"{without.StillOff}", $"{with.StillOff}");
        Row(words.BackOnAir, Span(without.BackOnAir), Span(with.BackOnAir));
        Row(words.KeptOff, DemoWords.Span(without.OffAir), DemoWords.Span(with.OffAir));
        if (incidents.Count > 0)
        {
            output.WriteLine();
            output.WriteLine(words.Meanwhile);
            var width = incidents.Max(incident => Cells.WidthOf(incident.What));
            foreach (var incident in incidents)
            {
                output.WriteLine($"  {Cells.Pad(incident.What, width)}  {words.LongestWait} {DemoWords.Span(incident.LongestWait)}");
            }
        }

        output.WriteLine();
        output.WriteLine(words.NextHeading);
        var next = words.Next.Max(one => Cells.WidthOf(one.What));
        foreach (var (what, command) in words.Next)
        {
            output.WriteLine($"  {Cells.Pad(what, next)}  streamsupervisor {command}");
        }

        output.WriteLine(words.NextName);

        void Row(string what, string left, string right) => output.WriteLine(Cells.Pad(what, NameWidth) + Right(left) + Right(right));
    }

    private static string Right(string text) => new string(' ', Math.Max(0, NumberWidth - Cells.WidthOf(text))) + text;

    private static string Span(TimeSpan? span) => span is { } known ? DemoWords.Span(known) : "-";
}
