namespace StreamSupervisor.Server.Dashboard.Parts;

/// <summary>A span of time in one number; dashboard.js counts on in the same way.</summary>
internal static class AgeText
{
    /// <param name="age">A negative one counts as none: clocks differ.</param>
    /// <param name="units">Seconds, minutes, hours and days as they stand behind a number, with <c>|</c> between.</param>
    public static string Of(TimeSpan age, string units)
    {
        var words = units.Split('|');
        return age.TotalSeconds switch
        {
            < 0 => $"0{words[0]}",
            < 100 => $"{(int)age.TotalSeconds}{words[0]}",
            < 100 * 60 => $"{(int)age.TotalMinutes}{words[1]}",
            < 48 * 3600 => $"{(int)age.TotalHours}{words[2]}",
            _ => $"{(int)age.TotalDays}{words[3]}",
        };
    }
}
