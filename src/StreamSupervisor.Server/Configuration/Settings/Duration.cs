using System.Globalization;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>Durations as people write them on a command line.</summary>
internal static class Duration
{
    /// <summary>Reads <c>500ms</c>, <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>30d</c>; a bare number is seconds.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number) || number > 1e9)
        {
            return false;
        }

        double milliseconds;
        switch (text[digits.Length..])
        {
            case "ms": milliseconds = number; break;
            case "" or "s": milliseconds = number * 1000; break;
            case "m": milliseconds = number * 60_000; break;
            case "h": milliseconds = number * 3_600_000; break;
            case "d": milliseconds = number * 86_400_000; break;
            default: return false;
        }

        if (milliseconds > TimeSpan.FromDays(36_500).TotalMilliseconds)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
