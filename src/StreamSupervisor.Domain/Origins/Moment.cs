namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// One moment on both clocks of one member. Rules measure by <see cref="Elapsed"/> only, which nobody sets back; <see cref="Utc"/> is
/// what streams and people are told.
/// </summary>
/// <param name="Utc">The wall clock.</param>
/// <param name="Elapsed">The monotonic clock of the process, from any fixed start: <c>time.GetElapsedTime(0)</c>.</param>
public readonly record struct Moment(DateTimeOffset Utc, TimeSpan Elapsed)
{
    /// <summary>The same moment so much later on both clocks.</summary>
    public Moment After(TimeSpan span) => new(Utc + span, Elapsed + span);
}
