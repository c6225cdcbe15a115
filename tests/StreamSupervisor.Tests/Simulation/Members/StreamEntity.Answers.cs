using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>Who waits, and what must not be answered too early.</content>
internal sealed partial class StreamEntity
{
    private void Hold(SessionId attempt, Asker? asker)
    {
        if (asker is { } waiting)
        {
            if (!_held.TryGetValue(attempt, out var askers))
            {
                _held[attempt] = askers = [];
            }

            askers.Add(waiting);
        }
    }

    private void Answer(IReadOnlyList<LiveStreamEvent> events)
    {
        foreach (var happened in events)
        {
            if (LiveStream.AnswerOf(happened) is { } answer && _held.Remove(answer.Attempt, out var askers))
            {
                askers.ForEach(asker => Reply(asker, answer.Reply));
            }
        }
    }

    private void Reply(Asker? to, LiveStreamReply? reply)
    {
        if (to is { } asker && reply is not null)
        {
            Forget(to);
            if (member.IsInDoubt)
            {
                return;
            }

            world.Network.Send(member, asker.Hub, () => asker.Hub.Asks.Answered(asker.Id, reply));
        }
    }

    private void Forget(Asker? asker)
    {
        if (asker is { } known)
        {
            _working.Remove((known.Hub, known.Id));
        }
    }

    /// <summary>An answer without an event must not overtake the writes that it rests on.</summary>
    private void AfterWrites(Action answer)
    {
        if (_writing == 0 || !world.Rules.AnswersAfterAppend)
        {
            answer();
        }
        else
        {
            _behindWrites.Enqueue(answer);
        }
    }

    private void RunBehindWrites()
    {
        while (_writing == 0 && _behindWrites.TryDequeue(out var answer))
        {
            answer();
        }
    }
}
