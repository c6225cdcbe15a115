using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>Which process runs there.</content>
internal sealed partial class OriginEntity
{
    public void Confirm(string serverId, string service, Action<Confirmation> answer)
    {
        _waiting.Add(new Waiting(serverId, service, answer));
        var outcome = _state.Heard(serverId, service, Now);
        Learn(outcome.Events, outcome.Identify);
        Identify();
    }

    private void Identify()
    {
        if (_identifying)
        {
            return;
        }

        _identifying = true;
        var left = _identifiedAt is { } at ? IdentifyApart - (world.Age - at) : TimeSpan.Zero;
        After(left, () =>
        {
            var askedAt = world.Age;
            Call(Priority.Check, SrsApi.Process, answer =>
            {
                (_identifying, _identifiedAt) = (false, world.Age);
                if (!answer.IsThere)
                {
                    Learn(_state.Failed(answer.Unreachable!, Now), identify: false);
                    _waiting.ForEach(waiting => waiting.Answer(new Confirmation.Unreachable(answer.Unreachable!)));
                    _waiting.Clear();
                    return;
                }

                var outcome = Believe(answer.Value!, askedAt);
                Learn(outcome.Events, outcome.Identify);
                AnswerThose(answer.Value!);
            });
        });
    }

    private ApiOutcome Believe(OriginProcess process, TimeSpan askedAt)
    {
        if (world.Rules.HasNoWayBack && _named is { } before && before != process.ServiceId)
        {
            world.Over.Add(before);
        }

        _named = process.ServiceId;
        var claimant = _state.Process is null ? OriginSnapshot.ClaimantOf(process, server.Name, member.Directory.All) : null;
        return _state.Answered(process, askedAt, Now, claimant);
    }

    /// <summary>The look may have begun before the process did that sends the hook; the next one has not.</summary>
    private void AnswerThose(OriginProcess answered)
    {
        var known = _state.Snapshot();
        var current = known.Process;
        foreach (var waiting in _waiting.ToList())
        {
            Confirmation answer = current is not null && world.Over.Contains(waiting.Service) ? new Confirmation.Replaced(current)
                : answered == current && current.IsNamed(waiting.ServerId, waiting.Service) ? new Confirmation.Confirmed(current)
                : known.Misaddressed is { } wrong ? new Confirmation.Unreachable(wrong)
                : current!.IsServer(waiting.ServerId) ? new Confirmation.Replaced(current)
                : new Confirmation.WrongServer(current.ServerId);
            if (answer is Confirmation.Confirmed || waiting.Differed)
            {
                _waiting.Remove(waiting);
                waiting.Answer(answer);
            }
            else
            {
                waiting.Differed = true;
                Identify();
            }
        }
    }
}
