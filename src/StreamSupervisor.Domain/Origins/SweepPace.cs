namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// When to look at one server. One request (all streams) serves two purposes: every <paramref name="interval"/> it is compared with what the streams
/// believe (a sweep), and every <paramref name="silenceLook"/> its bytes are watched for silence. Looks keep further apart where a server has so many
/// streams that looking would cost it more than about one percent of its only thread.
/// </summary>
/// <param name="interval">How often it is swept (<c>sweep.interval</c>, 5 s by default).</param>
/// <param name="silenceLook">How often bytes are looked at (<c>sweep.silence-look</c>, 500 ms by default); zero switches the watch off.</param>
public sealed class SweepPace(TimeSpan interval, TimeSpan silenceLook)
{
    private TimeSpan? _sweptAt;
    private TimeSpan _gentle;

    /// <summary>Whether bytes are watched at all.</summary>
    public bool WatchesSilence => silenceLook > TimeSpan.Zero;

    /// <summary>How far apart looks are at this server now.</summary>
    public TimeSpan Spacing => Shorter(Longer(silenceLook, _gentle), interval);

    /// <summary>Asks for a sweep as soon as possible, for instance because SRS refused whom we had admitted.</summary>
    public void SweepSoon() => _sweptAt = null;

    /// <summary>A look begins.</summary>
    /// <returns>Whether it is a sweep. Counted from its begin, so that its own length does not stretch the interval; also when it fails.</returns>
    public bool Begin(TimeSpan now)
    {
        if (_sweptAt is { } swept && now - swept < interval)
        {
            return false;
        }

        _sweptAt = now;
        return true;
    }

    /// <summary>The look saw so many rows.</summary>
    public void Saw(Look look) => _gentle = Look.SpacingFor(Look.CostOfList(look.Streams.Count));

    /// <summary>How long to wait before the next look.</summary>
    /// <param name="now">On the monotonic clock.</param>
    /// <param name="decisionIn"><see cref="SilenceDetector.NextDecisionIn"/>.</param>
    public TimeSpan NextLookIn(TimeSpan now, TimeSpan? decisionIn)
    {
        if (_sweptAt is not { } swept)
        {
            return TimeSpan.Zero;
        }

        var pause = Longer(interval - (now - swept), TimeSpan.Zero);
        if (WatchesSilence)
        {
            pause = Shorter(pause, Spacing);
            pause = decisionIn is { } decision ? Shorter(pause, decision) : pause;
        }

        // Never closer together than the server can bear, however many sessions stand still.
        return Longer(pause, Shorter(_gentle, interval));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
