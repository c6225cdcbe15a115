using Akka.Actor;

namespace StreamSupervisor.Actors.Membership;

/// <content>Finding the cluster, and the session.</content>
internal sealed partial class StoreMember
{
    private MemberSession? _session;
    private IReadOnlyList<Address> _asked = [];
    private long _askedAt;
    private long? _straySince;
    private string _waitsFor = "";

    private void Form(IReadOnlyList<MemberRow> rows, MemberRow self)
    {
        var next = ClusterFormation.Next(rows, self, _cluster.State.Members.Select(member => member.UniqueAddress).ToHashSet());
        _straySince = next is FormationStep.Stray ? _straySince ?? _time.GetTimestamp() : null;
        switch (next)
        {
            case FormationStep.Found found when _table.TryFound(_self.Incarnation):
                _log.LogInformation("Nobody is in a cluster: {Name} ({Advertised}) founds one.", _self.Name, _self.Advertised);
                if (found.JoinsItself)
                {
                    _cluster.Join(_self.Address);
                }

                break;

            case FormationStep.SetOut step when self.Cluster != step.Cluster || IsNew(step.Seeds):
                if (_table.TrySetOut(_self.Incarnation, step.Cluster))
                {
                    (_asked, _askedAt) = (step.Seeds, _time.GetTimestamp());
                    _log.LogInformation("{Name} ({Advertised}) asks to join {Seeds}.", _self.Name, _self.Advertised, string.Join(", ",
                        step.Seeds));
                    _cluster.JoinSeedNodes(step.Seeds);
                }

                break;

            case FormationStep.Arrive step when _table.TryArrive(_self.Incarnation, step.Cluster):
                _log.LogInformation("{Name} ({Advertised}) is a member. Its beat lasts {Lease} and is renewed every {Renew}.",
                    _self.Name, _self.Advertised, _settings.Lease, _settings.Renew);
                break;

            // Akka names the members of a cluster one after the other: a look in between sees this one without those that let it in.
            case FormationStep.Stray step when _time.GetElapsedTime(_straySince!.Value) > MembershipSettings.JoinAgain:
                _table.End(_self.Incarnation, MemberState.Dead, step.Why);
                break;

            case FormationStep.Wait step when step.Why != _waitsFor:
                _waitsFor = step.Why;
                _log.LogWarning(
                    "Not joining yet: {Why} If it is dead, it is condemned when its lease is over. If it lives: set cluster.enabled, and "
                    + "give each member a cluster.advertise of its own.", step.Why);
                break;
        }

        // Founding and arriving are slow only when the others are: look again soon instead of with the next beat.
        _watchfulUntil = Math.Max(_watchfulUntil, _time.GetTimestamp() + Ticks(MembershipSettings.Soon * 2));
    }

    private bool IsNew(IReadOnlyList<Address> seeds) => _time.GetElapsedTime(_askedAt) > MembershipSettings.JoinAgain
        || !seeds.SequenceEqual(_asked);

    private void StartSession()
    {
        var self = Self;
        _ = MemberSession.OpenAsync(_settings.ConnectionString, _self.Incarnation, () => self.Tell(new RowsChanged()),
            _stopped.Token).PipeTo(
            self, success: session => new SessionOpened(session), failure: why => new SessionFailed(why.Message));
    }

    private void OnSessionOpened(SessionOpened opened)
    {
        _session = opened.Session;
        var (self, session) = (Self, opened.Session);
        _ = session.Lost.PipeTo(self, success: why => new SessionLost(session, why));
        LookSoon();
    }

    private void OnSessionFailed(SessionFailed failed)
    {
        _log.LogDebug("The member's session could not be opened: {Why}", failed.Why);
        Timers.StartSingleTimer("session", new OpenSession(), _settings.Renew / 4);
    }

    private void OnSessionLost(SessionLost lost)
    {
        if (_session == lost.Session)
        {
            _log.LogWarning(
                "The member's session at the database is lost ({Why}); opening another. Until then others see its end late.",
                lost.Why);
            CloseSession();
            StartSession();
        }
    }

    private void CloseSession()
    {
        _ = _session?.DisposeAsync().AsTask();
        _session = null;
    }

    private sealed record SessionFailed(string Why);

    private sealed record SessionLost(MemberSession Session, string Why);
}
