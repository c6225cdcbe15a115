namespace StreamSupervisor.Actors.Membership;

/// <content>A database that does not answer: told when it begins and when it ends, and once a minute where it comes and goes.</content>
internal sealed partial class StoreMember
{
    private static readonly TimeSpan SilenceSaidEvery = TimeSpan.FromMinutes(1);

    private long? _silenceSaidAt;
    private bool _saysWhenBack;

    private void Heard()
    {
        if (_silent)
        {
            _silent = false;
            if (!_saysWhenBack)
            {
                return;
            }

            _saysWhenBack = false;
            _log.LogWarning("The database answers again. Nobody is judged before it has answered for {Time:0.0} s without a gap.",
                2 * _settings.Renew.TotalSeconds);
        }
    }

    private void OnSilence(MemberTableSilentException silent)
    {
        _deaths.Gap();
        _membership.Hold.Doubt();
        if (!_silent)
        {
            _silent = true;
            if (_silenceSaidAt is { } said && _time.GetElapsedTime(said) < SilenceSaidEvery)
            {
                return;
            }

            (_silenceSaidAt, _saysWhenBack) = (_time.GetTimestamp(), true);
            _log.LogWarning(
                "The database does not take this member's beat: {Why} Its lease holds for another {Left:0.0} s. Until it beats again it "
                + "judges nobody; trying again.", silent.Message, Math.Max(0, (_settings.Lease - _membership.Pulse.BeatAge).TotalSeconds));
        }
    }
}
