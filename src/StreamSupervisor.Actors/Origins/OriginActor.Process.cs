using System.Collections.Immutable;
using Akka.Actor;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.Origins;

/// <summary>Which process runs there: asked when a hook names one that is not known, once for all who wait for the answer.</summary>
public sealed partial class OriginActor
{
    /// <summary>An API that names another process at each call must not be asked in a tight loop.</summary>
    private static readonly TimeSpan IdentifyApart = TimeSpan.FromMilliseconds(20);

    private readonly List<Waiting> _waiting = [];
    private bool _identifying;
    private TimeSpan? _identifiedAt;

    private void ReceiveProcess()
    {
        Receive<ConfirmProcess>(Confirm);
        Receive<Identified>(Take);
        Receive<IdentifyNow>(_ => StartIdentifying());
    }

    private void Confirm(ConfirmProcess question)
    {
        _waiting.Add(new Waiting(Sender, question));
        Learn(_state.Heard(question.ServerId, question.ServiceId, Now()));
        Identify();
    }

    private void Identify()
    {
        if (_identifying)
        {
            return;
        }

        _identifying = true;
        var left = _identifiedAt is { } at ? IdentifyApart - (Now().Elapsed - at) : TimeSpan.Zero;
        if (left > TimeSpan.Zero)
        {
            Timers.StartSingleTimer(IdentifyNow.Instance, IdentifyNow.Instance, left);
        }
        else
        {
            StartIdentifying();
        }
    }

    private void StartIdentifying() => _ = AskWhoAsync(Now().Elapsed).PipeTo(Self);

    private async Task<Identified> AskWhoAsync(TimeSpan askedAt)
    {
        try
        {
            return new Identified(await _server.For(SrsPriority.Check).GetProcessAsync(CancellationToken.None), askedAt, null);
        }
        catch (SrsUnreachableException failed)
        {
            return new Identified(null, askedAt, failed.Message);
        }
    }

    private void Take(Identified identified)
    {
        var now = Now();
        (_identifying, _identifiedAt) = (false, now.Elapsed);
        if (identified.Process is not { } process)
        {
            Tell(_state.Failed(identified.Why!, now));
            AnswerAll(new ProcessConfirmation.Unreachable(identified.Why!));
            return;
        }

        Learn(_state.Answered(process, identified.AskedAt, now, ClaimantOf(process)));
        AnswerThose(process);
    }

    private string? ClaimantOf(OriginProcess process) => _state.Process is null
        ? OriginSnapshot.ClaimantOf(process, _name, _services.Directory.All.Select(origin => origin.Snapshot))
        : null;

    /// <summary>
    /// Answers those whose process it is. The look may have begun before the process did that sends the hook; the next one has not.
    /// </summary>
    private void AnswerThose(OriginProcess answered)
    {
        var known = _state.Snapshot();
        foreach (var waiting in _waiting.ToList())
        {
            var question = waiting.Question;
            ProcessConfirmation answer = known.Process is { } same && answered == same
                    && same.IsNamed(question.ServerId, question.ServiceId) ? new ProcessConfirmation.Confirmed(same)
                : known.Misaddressed is { } wrongAddress ? new ProcessConfirmation.Unreachable(wrongAddress)
                : known.Process!.IsServer(question.ServerId) ? new ProcessConfirmation.Replaced(known.Process)
                : new ProcessConfirmation.WrongServer(known.Process.ServerId);
            if (answer is ProcessConfirmation.Confirmed || waiting.Differed)
            {
                waiting.Asker.Tell(answer);
                _waiting.Remove(waiting);
            }
            else
            {
                waiting.Differed = true;
                Identify();
            }
        }
    }

    private void AnswerAll(ProcessConfirmation answer)
    {
        foreach (var waiting in _waiting)
        {
            waiting.Asker.Tell(answer);
        }

        _waiting.Clear();
    }

    private void Learn(HookOutcome outcome) => Learn(outcome.Events, outcome.Identify);

    private void Learn(ApiOutcome outcome) => Learn(outcome.Events, outcome.Identify);

    private void Learn(ImmutableArray<OriginEvent> events, bool identify)
    {
        Tell(events);
        if (identify)
        {
            Identify();
        }
    }

    /// <summary>What changed is logged, told to every member at once, and acted on.</summary>
    private void Tell(ImmutableArray<OriginEvent> events)
    {
        if (events.IsEmpty)
        {
            return;
        }

        var now = Now().Elapsed;
        foreach (var one in events)
        {
            _log.Changed(one, now);
            if (one.IsOfAnotherServer)
            {
                _rollback.Again();
            }

            if (one is OriginEvent.ProcessReplaced or OriginEvent.ProcessRestored)
            {
                EndOlderProcesses();
                _sweep.Tell(SweepMessage.Soon.Instance);
            }
        }

        TellEveryone(afterChange: true);
    }

    /// <summary>
    /// Sessions of a process that is over hear so at once; the sweep that follows says it again to those that missed it.
    /// </summary>
    private void EndOlderProcesses()
    {
        var known = _state.Snapshot();
        foreach (var (belief, _) in _beliefs.On(_name))
        {
            // Named by the session's own server id: one that is not configured changes with every start, like the service id.
            if (belief.Session is { } session && session.By.Origin == _name && known.Superseded.Contains(session.By.Session.ServiceId))
            {
                _streams.Tell(belief.Key.ToString(), new ReportProcessReplaced(session.By.Session.ServerId, known.Process!.ServiceId,
                    session.By.Session.ServiceId));
            }
        }
    }

    /// <summary>A member that waits to hear which process runs there, and whether one look has said another than its hook.</summary>
    private sealed class Waiting(IActorRef asker, ConfirmProcess question)
    {
        public IActorRef Asker => asker;

        public ConfirmProcess Question => question;

        public bool Differed { get; set; }
    }

    private sealed record Identified(OriginProcess? Process, TimeSpan AskedAt, string? Why);

    private sealed record IdentifyNow
    {
        public static readonly IdentifyNow Instance = new();
    }
}
