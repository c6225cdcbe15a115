using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>One line for each encoder that left the air or came back, for logs and pipes.</summary>
internal sealed class PlainDemoView(TextWriter output) : IDemoView
{
    private readonly Dictionary<string, bool> _onAir = [];
    private string _act = "";
    private TimeSpan _passed;

    public void Look(string act, TimeSpan passed, IReadOnlyList<EncoderReport> encoders)
    {
        if (act != _act)
        {
            _act = act;
            _onAir.Clear();
            output.WriteLine($"--- {act} ---");
        }

        _passed = passed;
        foreach (var encoder in encoders)
        {
            if (_onAir.TryGetValue(encoder.Name, out var was) && was == encoder.IsOnAir)
            {
                continue;
            }

            _onAir[encoder.Name] = encoder.IsOnAir;
            if (encoder.IsOnAir || was)
            {
                output.WriteLine($"{Clock} {encoder.Name,-8} {(encoder.IsOnAir ? Arrival(encoder) : "lost its network")}");
            }
        }
    }

    public void Tell(string what) => output.WriteLine($"{Clock} {what}");

    private string Clock => $"{_passed.TotalSeconds,5:0.0} s ";

    private static string Arrival(EncoderReport encoder) => encoder.Returns.IsEmpty
        ? $"on air on {encoder.Server}"
        : $"back on air on {encoder.Server} after {DemoWords.Span(encoder.Returns[^1].Took)}, {DemoWords.Tries(encoder.Returns[^1].Tries)}";
}
