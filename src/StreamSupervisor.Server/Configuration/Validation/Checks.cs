using StreamSupervisor.Srs.Configuration;
using System.Numerics;
using System.Text.RegularExpressions;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary>
/// What validators say about settings, each named by its path (<c>origins[0].api</c>). Naming a setting counts as looking at it, also where
/// it is found good: that is how a test knows that every setting has a validator.
/// </summary>
internal sealed partial class Checks(SettingSources? sources, ICollection<ConfigProblem> problems)
{
    private readonly HashSet<string> _covered = [];

    /// <summary>The settings that were looked at, list positions left out: <c>origins[].api</c>.</summary>
    public IReadOnlySet<string> Covered => _covered;

    /// <summary>A setting that cannot be wrong once it could be read: a flag, a closed set of names.</summary>
    public void AnyValue(string setting) => Cover(setting);

    /// <summary>Reports an error unless the setting is good, or is known to be bad already.</summary>
    public bool Require(string setting, bool good, string message, string fix) =>
        Report(ProblemSeverity.Error, setting, good, message, fix);

    /// <summary>Reports a warning unless there is nothing to warn of.</summary>
    public bool Advise(string setting, bool good, string message, string fix) =>
        Report(ProblemSeverity.Warning, setting, good, message, fix);

    public bool Within<T>(string setting, T value, T least, T most, string why = "") where T : IComparisonOperators<T, T, bool> =>
        Require(setting, value >= least && value <= most,
            $"{SettingValue.Format(value)} is outside {SettingValue.Format(least)} to "
                + $"{SettingValue.Format(most)}{(why.Length == 0 ? "" : ": " + why)}.",
            $"Write {SettingValue.Format(value < least ? least : most)} or {(value < least ? "more" : "less")}.");

    public bool Within(string setting, TimeSpan value, TimeSpan least, TimeSpan most, string why = "") =>
        Require(setting, value >= least && value <= most,
            $"{SettingValue.Format(value)} is outside {SettingValue.Format(least)} to "
                + $"{SettingValue.Format(most)}{(why.Length == 0 ? "" : ": " + why)}.",
            $"Write {SettingValue.Format(value < least ? least : most)} or {(value < least ? "more" : "less")}.");

    public bool OneOf(string setting, string value, params string[] names) =>
        Require(setting, names.Contains(value), $"'{value}' is not known here.",
            NearestName.Of(value, names) is { } near ? $"Did you mean {near}?" : $"Expected one of {string.Join(", ", names)}.");

    private bool Report(ProblemSeverity severity, string setting, bool good, string message, string fix)
    {
        Cover(setting);
        if (good)
        {
            return good;
        }

        // A secret that stands in a file is wrong there.
        var file = sources?.FileOf(ConfigurationKey.Of(setting));
        var named = file is null ? setting : setting + SettingsSchema.FileSuffix;
        if (!problems.Any(p => p.Setting == named && p.Severity == ProblemSeverity.Error))
        {
            problems.Add(new ConfigProblem(
                severity, named, file?.Source?.Where ?? sources?.FindNearest(ConfigurationKey.Of(setting))?.Where, message, fix));
        }

        return good;
    }

    private void Cover(string setting) => _covered.Add(ListPosition().Replace(setting, "[]"));

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex ListPosition();
}
