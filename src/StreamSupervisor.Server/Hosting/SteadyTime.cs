namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// The wall clock as the rules read it: it never jumps. When the machine's clock is set by minutes, a jump would end every hold and every
/// reconnect window, or make them last for as long; so this one goes on by the monotonic clock and comes up to the machine's slowly, at
/// most <see cref="MostCorrection"/> faster or slower than time: a wait of 60 s is wrong by 3 s then, whatever is done to the clock.
/// </summary>
/// <remarks>
/// A clock that is more than an hour away is followed at once: the machine began without the time, or slept. What such a jump does to
/// deadlines the rules bound themselves. Credentials are checked by the machine's clock: their times are other machines'.
/// </remarks>
public sealed class SteadyTime(TimeProvider machine) : TimeProvider
{
    private const double MostCorrection = 0.05;
    private static readonly TimeSpan FollowedAtOnce = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _utc = machine.GetUtcNow();
    private long _at = machine.GetTimestamp();

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var at = machine.GetTimestamp();
            var elapsed = machine.GetElapsedTime(_at, at);
            var behind = machine.GetUtcNow() - (_utc + elapsed);
            var most = elapsed * MostCorrection;
            var correction = behind.Duration() <= most || behind.Duration() > FollowedAtOnce ? behind
                : behind > TimeSpan.Zero ? most
                : -most;
            (_at, _utc) = (at, _utc + elapsed + correction);
            return _utc;
        }
    }

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);
}
