namespace StreamSupervisor.Server.Configuration;

/// <summary><c>journal</c>: what is kept of the past.</summary>
public sealed class JournalOptions
{
    /// <summary>Events older than this that a snapshot covers are cleared. 0 keeps them for ever.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);
}
