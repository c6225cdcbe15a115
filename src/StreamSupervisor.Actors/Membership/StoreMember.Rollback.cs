using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Actors.Membership;

/// <content>Whether the database has gone back in time. Asked after each beat: who cannot beat notices nothing, and admits
/// nobody.</content>
internal sealed partial class StoreMember
{
    private readonly RollbackDetector _rollbacks = new();
    private IReadOnlyList<MemberRow> _lastRows = [];
    private MemberRow? _lastSelf;
    private long _doubts;
    private long _beganAt;

    /// <summary>Takes what a beat saw of the past.</summary>
    /// <returns>Whether our row is missing because the database has forgotten it, and stands there again.</returns>
    private bool LookBack(IReadOnlyList<MemberRow> rows, MemberRow? self)
    {
        if (self is { IsAlive: false })
        {
            // Condemned: it beats no more, and beats that do not count are no sign of a loss.
            return false;
        }

        if (self is null && OthersWentOn(rows))
        {
            // The database remembers them well: it is this member that it has deleted.
            return false;
        }

        var (recorded, isRecent, identity) = _table.LookBack();
        recorded ??= _table.Record(identity);
        if (self is null && !Return())
        {
            return false;
        }

        switch (_rollbacks.Observe(new StoreSighting(recorded, identity, self?.Beat, isRecent)))
        {
            case RollbackVerdict.WentBack back:
                var raised = _table.RaiseEpoch(back.Above, identity);
                _rollbacks.Accept(raised, self?.Beat);
                RolledBack(raised.Epoch, back.Why);
                break;
            case RollbackVerdict.ToldByOthers told:
                _rollbacks.Accept(recorded, self?.Beat);
                RolledBack(told.Epoch, "another member says so");
                break;
            default:
                _membership.Hold.Start(_rollbacks.Epoch);
                break;
        }

        (_lastRows, _lastSelf) = (rows, self ?? _lastSelf);
        _membership.Hold.Settle(_doubts, _time.GetElapsedTime(0, _beganAt), _time.GetElapsedTime(0), _settings.Renew);
        return self is null;
    }

    private bool OthersWentOn(IReadOnlyList<MemberRow> rows) => rows.Any(row => _lastRows.Any(last =>
        last.Identity.Incarnation == row.Identity.Incarnation && last.Number != _lastSelf?.Number && last.Beat < row.Beat));

    private bool Return()
    {
        if (_lastSelf is { IsInCluster: true, Cluster: { } cluster, State: var state })
        {
            if (!_table.TryReturn(_self, state, cluster, _settings.Lease))
            {
                return false;
            }
        }
        else
        {
            _table.Enter(_self, _settings.Lease);
        }

        // The number of the row names the lock that the session holds.
        CloseSession();
        StartSession();
        return true;
    }

    private void Forget()
    {
        try
        {
            _table.ForgetWhatIsGone();
        }
        catch (MemberTableSilentException)
        {
            Timers.StartSingleTimer(ForgetAgain.Instance, ForgetAgain.Instance, AdmissionHold.Longest);
        }
    }

    private void RolledBack(long epoch, string why)
    {
        if (!_membership.RolledBack(Context.System, epoch, why))
        {
            return;
        }

        Forget();

        // What was on its way to the database comes within this time.
        Timers.StartSingleTimer(ForgetAgain.Instance, ForgetAgain.Instance, AdmissionHold.Longest);
    }

    private sealed record ForgetAgain
    {
        public static readonly ForgetAgain Instance = new();
    }
}

/// <summary>On the event stream of a member: the store has gone back in time. Admissions are held already.</summary>
public sealed record StoreRolledBack(long Epoch);

/// <summary>On the event stream of a member: a read or a write of the journal failed, so the store may be another one soon.</summary>
internal sealed record StoreDoubted
{
    public static readonly StoreDoubted Instance = new();
}
