using StreamSupervisor.Srs.Configuration;
using System.Globalization;
using StreamSupervisor.Server.Configuration.Hocon;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>
/// Values between text and option types. The type alone says how a value is written: <c>long</c> is a size in bytes, <c>int</c> a count.
/// </summary>
internal static class SettingValue
{
    /// <summary>Reads a value.</summary>
    /// <param name="expected">What would have been right, to follow "expected".</param>
    public static bool TryParse(string text, Type type, out object? value, out string expected)
    {
        var trimmed = text.Trim();
        if (type == typeof(string))
        {
            (value, expected) = (text, "text");
            return true;
        }

        if (type == typeof(TimeSpan))
        {
            expected = $"a duration with its unit ({HoconUnits.DurationExamples})";
            var good = HoconUnits.TryParseDuration(trimmed, out var duration);
            value = duration;
            return good;
        }

        if (type == typeof(long))
        {
            expected = $"a size ({HoconUnits.SizeExamples})";
            var good = HoconUnits.TryParseSize(trimmed, out var size);
            value = size;
            return good;
        }

        if (type == typeof(int))
        {
            expected = "a whole number";
            var good = int.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
            value = number;
            return good;
        }

        if (type == typeof(bool))
        {
            expected = "true or false";
            value = trimmed is "true" or "on" or "yes";
            return trimmed is "true" or "on" or "yes" or "false" or "off" or "no";
        }

        if (type.IsEnum)
        {
            var names = Enum.GetNames(type);
            expected = "one of " + string.Join(", ", names.Select(SettingsSchema.Kebab));
            var name = Array.Find(names, n => SettingsSchema.Kebab(n).Equals(trimmed, StringComparison.OrdinalIgnoreCase));
            value = name is null ? null : Enum.Parse(type, name);
            return name is not null;
        }

        throw new NotSupportedException($"A setting of type {type} has no way to be written.");
    }

    /// <summary>Writes a value as one would in a file.</summary>
    public static string Format(object? value) => value switch
    {
        null => "null",
        TimeSpan duration => DurationText.Format(duration),
        bool flag => flag ? "true" : "false",
        Enum name => SettingsSchema.Kebab(name.ToString()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
