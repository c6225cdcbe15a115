namespace StreamSupervisor.Server.Dashboard;

/// <summary>A setting in force; secrets are masked.</summary>
/// <param name="Where">File and line, variable or switch.</param>
/// <param name="IsDefault">Whether nobody set it.</param>
public sealed record SettingRow(string Name, string Value, string Where, bool IsDefault)
{
    /// <summary>The part of the settings that it belongs to: what stands before the first dot or bracket.</summary>
    public string Section => Name.IndexOfAny(['.', '[']) is > 0 and var end ? Name[..end] : Name;
}
