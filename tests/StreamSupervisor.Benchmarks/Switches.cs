using System.Globalization;

namespace StreamSupervisor.Benchmarks;

/// <summary>Switches of the form <c>--name value</c>.</summary>
internal sealed class Switches
{
    private readonly Dictionary<string, string> _values = [];

    public Switches(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Length)
            {
                throw new ArgumentException($"--name value was expected and {arguments[i]} found.", nameof(arguments));
            }

            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    public string Text(string name, string other) => _values.GetValueOrDefault(name, other);

    public int Number(string name, int other) => _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : other;

    public TimeSpan Seconds(string name, double other) =>
        TimeSpan.FromSeconds(_values.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : other);

    public string[] List(string name, string other) => Text(name, other).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public int[] Numbers(string name, string other) => [.. List(name, other).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
}
