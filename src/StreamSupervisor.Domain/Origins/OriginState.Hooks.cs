namespace StreamSupervisor.Domain.Origins;

/// <summary>What hooks and heartbeats say of the process that runs there.</summary>
public sealed partial class OriginState
{
    /// <summary>
    /// A hook that names a server we do not expect may come with every viewer: the API is asked so often at most because of them.
    /// </summary>
    private static readonly TimeSpan DoubtAgainAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a hook is a witness for what the API says. SRS waits 30 s for the answer to one.</summary>
    private static readonly TimeSpan WitnessFor = TimeSpan.FromSeconds(30);

    /// <summary>Hooks and API agree again when no hook has named another server for so long.</summary>
    private static readonly TimeSpan AgreesAfter = TimeSpan.FromMinutes(1);

    private bool _heardFromHooks;
    private TimeSpan? _heardCurrentAt;
    private (string ServerId, string ServiceId, TimeSpan At)? _heardOther;
    private (string ServerId, TimeSpan At)? _wrongServer;
    private TimeSpan? _doubtedAt;
    private string? _hooksDisagree;

    /// <summary>A hook with this server's token came.</summary>
    /// <param name="serverId">As it says; empty where it does not (SRS 4.0.0 to 4.0.184).</param>
    /// <param name="serviceId">As it says; empty where it does not (SRS 4).</param>
    /// <param name="now">When it came.</param>
    public HookOutcome Heard(string serverId, string serviceId, Moment now)
    {
        var standing = Snapshot().StandingOfHook(serverId, serviceId);
        switch (standing)
        {
            case HookStanding.Current:
                _heardFromHooks = true;
                _heardCurrentAt = now.Elapsed;
                _signOfLifeAt = now.Elapsed;
                return new HookOutcome(standing, Identify: false, []);

            case HookStanding.Unnamed:
                _signOfLifeAt = now.Elapsed;
                _heardFromHooks |= serverId.Length > 0;
                return new HookOutcome(standing, Identify: false, []);

            default:
                if (serverId.Length + serviceId.Length > 0)
                {
                    _heardOther = (serverId, serviceId, now.Elapsed);
                }

                if (standing == HookStanding.WrongServer)
                {
                    _wrongServer = (serverId, now.Elapsed);
                }

                return AgreedAlready(serverId, serviceId, now)
                    ?? new HookOutcome(standing, Identify: standing == HookStanding.Unknown || MayDoubt(now.Elapsed), []);
        }
    }

    /// <summary>SRS's heartbeat: a sign of life that names the process as a hook does, and says how busy it is.</summary>
    /// <param name="cpuPercent">Null where the heartbeat has no summaries.</param>
    public HookOutcome Heartbeat(string serverId, string serviceId, double? cpuPercent, Moment now)
    {
        Busy(cpuPercent);
        var outcome = Heard(serverId, serviceId, now);
        _signOfLifeAt = now.Elapsed;
        return outcome;
    }

    /// <summary>Whether a hook has lately named this process.</summary>
    private bool HookNamed(OriginProcess process, TimeSpan now, out TimeSpan at)
    {
        at = _heardOther?.At ?? default;
        return _heardOther is { } heard && now - heard.At <= WitnessFor && process.IsNamed(heard.ServerId, heard.ServiceId);
    }

    /// <summary>The API has said the same a moment ago, and was not believed without a hook.</summary>
    private HookOutcome? AgreedAlready(string serverId, string serviceId, Moment now)
    {
        if (_candidate is not { } candidate || now.Elapsed - candidate.LastAt > WitnessFor
            || serverId.Length + serviceId.Length == 0 || !candidate.Process.IsNamed(serverId, serviceId)
            || _superseded.Contains(candidate.Process.ServiceId))
        {
            return null;
        }

        var outcome = Replace(candidate.Process, candidate.LastAt, now);
        return new HookOutcome(HookStanding.Current, Identify: false, outcome.Events);
    }

    private bool MayDoubt(TimeSpan now)
    {
        if (_doubtedAt is { } doubted && now - doubted < DoubtAgainAfter)
        {
            return false;
        }

        _doubtedAt = now;
        return true;
    }

    /// <summary>The API has just said that the process that is believed runs there.</summary>
    private void JudgeHooks(TimeSpan askedAt, Moment now)
    {
        if (HookNamed(Process!, now.Elapsed, out _))
        {
            _heardOther = null; // its word has been taken
        }

        if (_wrongServer is { } wrong && Process!.IsServer(wrong.ServerId))
        {
            _wrongServer = null;
        }

        if (_wrongServer is { } other && now.Elapsed - other.At < AgreesAfter)
        {
            if (_hooksDisagree is null && askedAt >= other.At)
            {
                _hooksDisagree = $"{name}: hooks with its token name server {other.ServerId}, and its API is server {Process!.ServerId}. "
                    + "They are refused. Is a token used twice, or origins.api wrong?";
                _events.Add(new OriginEvent.HooksDisagree(_hooksDisagree));
            }
        }
        else if (_hooksDisagree is not null)
        {
            _hooksDisagree = null;
            _wrongServer = null;
            _events.Add(new OriginEvent.HooksAgree());
        }
    }
}
