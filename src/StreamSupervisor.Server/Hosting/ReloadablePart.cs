using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>A part of the program that takes other settings while it runs.</summary>
/// <param name="Setting">Its setting or section.</param>
/// <param name="Prepare">Makes all that is needed of checked settings; may fail, and then nothing has happened. What it returns puts it in
/// force, and does not fail; null: there is nothing to be put in force.</param>
/// <param name="Always">Whether it is asked also when no setting has changed: files that settings name may have.</param>
internal sealed record ReloadablePart(string Setting, Func<SupervisorOptions, Action?> Prepare, bool Always = false)
{
    /// <summary>Whether a setting is one of its own.</summary>
    public bool Has(string setting) =>
        setting == Setting || setting.StartsWith(Setting + ".", StringComparison.Ordinal)
        || setting.StartsWith(Setting + "[", StringComparison.Ordinal);
}
