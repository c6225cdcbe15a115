using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>What looks at the server show: the difference to what streams believe, and who is silent.</summary>
public sealed partial class OriginActor
{
    /// <summary>The look that is being worked on; null between two.</summary>
    private Look? _look;

    /// <summary>Whether its rows are still being compared; then its bytes are watched.</summary>
    private bool _comparing;
    private bool _told;
    private bool _settled;

    private void ReceiveLooks()
    {
        Receive<SweepSoon>(_ => _sweep.Tell(SweepMessage.Soon.Instance));
        Receive<AskedForItsOwn>(asked => _sightings.AskedForItsOwn(asked.Key, asked.By, Now().Elapsed));
        Receive<SweepMessage.Listed>(Listed);
        Receive<SweepMessage.Answered>(answered => Take(_comparing
            ? answered.Answer is LookAnswer.Clients clients ? _sightings.Next(clients) : LookStep.Done
            : _silence.Next(answered.Answer)));
        Receive<SweepMessage.Failed>(failed =>
        {
            Tell(_state.Failed(failed.Why, Now()));
            _silence.Blind();
            EndLook();
        });
    }

    private void Listed(SweepMessage.Listed listed)
    {
        var now = Now();
        if (!Counts(listed, now))
        {
            _silence.Blind();
            EndLook();
            return;
        }

        _look = new Look(_state.Process!, listed.Streams, listed.At, listed.Seen, listed.Took);
        _state.Listed(_look);
        _state.Busy(listed.CpuPercent);
        if (!_told)
        {
            _told = true;
            TellEveryone(afterChange: true);
        }

        (_comparing, _settled) = (listed.Sweep, true);
        if (_comparing)
        {
            _strangers.Clear();
        }

        Take(_comparing ? _sightings.Compare(_look, _beliefs, _state.Snapshot(), _rollback.IsWanted) : Watch(_look));
    }

    /// <summary>Whether the list came from the process that runs there.</summary>
    private bool Counts(SweepMessage.Listed listed, Moment now)
    {
        if (listed.Process is { } process)
        {
            var outcome = _state.Answered(process, listed.At.Elapsed, now, ClaimantOf(process));
            Learn(outcome);
            if (!outcome.Counts)
            {
                return false;
            }
        }

        var answer = _state.Answered(listed.ServerId, listed.ServiceId, now);
        Learn(answer);
        return answer.Counts;
    }

    private LookStep Watch(Look look) => _settings.SilenceLook > TimeSpan.Zero
        ? _silence.Observe(look, _settings.SpacingFor(look.Streams.Count), _beliefs)
        : LookStep.Done;

    private void Take(LookStep step)
    {
        foreach (var (key, command) in step.Reports)
        {
            _settled &= command is ReportPublisherSeen { Verified: false } || !_comparing;
            if (command is ReportPublisherSeen { Verified: true, Known.Revision: 0 })
            {
                _strangers.Add(key);
            }

            _streams.Tell(key.ToString(), command);
        }

        foreach (var finding in step.Findings)
        {
            _log.Found(finding, Now().Elapsed);
            if (finding is LookFinding.Orphaned orphan)
            {
                Orphaned(orphan);
            }
        }

        if (step.Question is { } question)
        {
            _sweep.Tell(new SweepMessage.Ask(question));
        }
        else if (_comparing && _look is { } look)
        {
            _comparing = false;
            LookedAfterRollback(look);
            Take(Watch(look));
        }
        else
        {
            EndLook();
        }
    }

    private void Orphaned(LookFinding.Orphaned orphan)
    {
        AdmissionTelemetry.Orphaned(_name);
        if (_settings.EvictOrphans)
        {
            _streams.Tell(orphan.Key.ToString(), new ReportOrphaned(orphan.By));
        }
    }

    private void EndLook()
    {
        (_look, _comparing) = (null, false);
        _sweep.Tell(new SweepMessage.Done(_settings.SilenceLook > TimeSpan.Zero ? _silence.NextDecisionIn(Now().Elapsed) : null));
    }
}
