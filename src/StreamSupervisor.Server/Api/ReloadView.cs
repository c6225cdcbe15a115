namespace StreamSupervisor.Server.Api;

/// <summary>What became of reading the settings again.</summary>
/// <param name="Applied">The settings that are others now and in force.</param>
/// <param name="NeedsRestart">The settings that are others in the file, and are only taken at a start.</param>
/// <param name="Warnings">What is not wrong, and should be looked at, with file and line.</param>
public sealed record ReloadView(IReadOnlyList<string> Applied, IReadOnlyList<string> NeedsRestart, IReadOnlyList<string> Warnings);
