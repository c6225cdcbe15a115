namespace StreamSupervisor.Demo;

/// <summary>What is left of the demo on the screen: both acts side by side, and what happened to the members.</summary>
internal static class DemoSummary
{
    public static void Write(TextWriter output, TimeSpan length, DemoAct without, DemoAct with, IReadOnlyList<DemoIncident> incidents)
    {
        output.WriteLine();
        output.WriteLine($"{DemoCast.Encoders.Count} encoders on {DemoCast.Servers.Count} simulated SRS servers, {length.TotalSeconds:0} "
            + "s each way:");
        output.WriteLine();
        Row("", "without", "with");
        Row("tries that SRS refused as busy", without.Busy, with.Busy);
        Row("tries that the supervisor refused", "-", with.RefusedByUs);
        Row("returns to the air", without.Returns, with.Returns);
        Row("time back on air, average", Span(without.BackOnAir), Span(with.BackOnAir));
        Row("kept off air though the network was there", DemoWords.Span(without.OffAir), DemoWords.Span(with.OffAir));
        if (incidents.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("Meanwhile, to the members:");
            foreach (var incident in incidents)
            {
                output.WriteLine($"  {incident.What,-52}{DemoWords.Span(incident.LongestWait),12} longest wait for an answer");
            }
        }

        void Row(string what, object left, object right) => output.WriteLine($"{what,-42}{left,12}{right,12}");
    }

    private static string Span(TimeSpan? span) => span is { } known ? DemoWords.Span(known) : "-";
}
