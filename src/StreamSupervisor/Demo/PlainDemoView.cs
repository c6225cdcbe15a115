using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>One line for each encoder that left the air or came back, for logs and pipes.</summary>
internal sealed class PlainDemoView(TextWriter output, DemoWords words) : IDemoView
{
    // The act and what befalls the members are told by two hands.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, bool> _onAir = [];
    private string _act = "";
    private TimeSpan _passed;

    public void Look(string act, TimeSpan passed, IReadOnlyList<EncoderReport> encoders)
    {
        lock (_lock)
        {
            Write(act, passed, encoders);
        }
    }

    public void Tell(string what)
    {
        lock (_lock)
        {
            output.WriteLine($"{Clock} {what}");
        }
    }

    private void Write(string act, TimeSpan passed, IReadOnlyList<EncoderReport> encoders)
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
                output.WriteLine($"{Clock} {encoder.Name,-8} {(encoder.IsOnAir ? Arrival(encoder) : words.LostNetwork)}");
            }
        }
    }

    private string Clock => $"{_passed.TotalSeconds,5:0.0} s ";

    private string Arrival(EncoderReport encoder) => encoder.Returns.IsEmpty
        ? words.Arrived(encoder.Server)
        : words.Returned(encoder.Server, DemoWords.Span(encoder.Returns[^1].Took), encoder.Returns[^1].Tries);
}
