using System.Globalization;

namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>Durations and sizes, as HOCON writes them: a number, perhaps a blank, a unit.</summary>
internal static class HoconUnits
{
    public const string DurationExamples = "100ms, 2.5s, 1 minute, 2h";
    public const string SizeExamples = "65536, 64k, 64KiB, 1MB";

    private static readonly (string[] Names, double Milliseconds)[] Durations =
    [
        (["ns", "nano", "nanos", "nanosecond", "nanoseconds"], 1e-6),
        (["us", "micro", "micros", "microsecond", "microseconds"], 1e-3),
        (["ms", "milli", "millis", "millisecond", "milliseconds"], 1),
        (["s", "second", "seconds"], 1_000),
        (["m", "minute", "minutes"], 60_000),
        (["h", "hour", "hours"], 3_600_000),
        (["d", "day", "days"], 86_400_000),
    ];

    private static readonly (string[] Names, long Bytes)[] Sizes =
    [
        (["", "b", "B", "byte", "bytes"], 1),
        (["k", "K", "Ki", "KiB", "kibibyte", "kibibytes"], 1L << 10),
        (["m", "M", "Mi", "MiB", "mebibyte", "mebibytes"], 1L << 20),
        (["g", "G", "Gi", "GiB", "gibibyte", "gibibytes"], 1L << 30),
        (["kB", "KB", "kilobyte", "kilobytes"], 1_000),
        (["MB", "megabyte", "megabytes"], 1_000_000),
        (["GB", "gigabyte", "gigabytes"], 1_000_000_000),
    ];

    /// <summary>
    /// Reads a duration. A bare number, which HOCON takes for milliseconds, is refused: who writes <c>hold = 3</c> means seconds. Only 0
    /// needs no unit.
    /// </summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (!TrySplit(text, out var number, out var unit))
        {
            return false;
        }

        if (number == 0 && unit.Length == 0)
        {
            return true;
        }

        foreach (var (names, milliseconds) in Durations)
        {
            if (Array.IndexOf(names, unit) >= 0)
            {
                var ticks = number * (decimal)milliseconds * TimeSpan.TicksPerMillisecond;
                duration = ticks <= long.MaxValue / 2 ? new TimeSpan((long)ticks) : default;
                return ticks <= long.MaxValue / 2;
            }
        }

        return false;
    }

    /// <summary>Reads a size in bytes: <c>k</c>, <c>KiB</c> count by 1024, <c>kB</c>, <c>MB</c> by 1000, a bare number is bytes.</summary>
    public static bool TryParseSize(string text, out long bytes)
    {
        bytes = 0;
        if (!TrySplit(text, out var number, out var unit))
        {
            return false;
        }

        foreach (var (names, factor) in Sizes)
        {
            if (Array.IndexOf(names, unit) >= 0)
            {
                var product = number * factor;
                bytes = product <= long.MaxValue ? (long)product : 0;
                return product <= long.MaxValue;
            }
        }

        return false;
    }

    // Numbers above 10^15 are no duration and no size that anyone means; refusing them keeps the products inside a decimal.
    private static bool TrySplit(string text, out decimal number, out string unit)
    {
        text = text.Trim();
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        unit = text[digits..].TrimStart();
        return decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && number < 1_000_000_000_000_000;
    }
}
