using System.Collections.Immutable;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <content>What goes into a record of the journal, and what follows when it is durable.</content>
/// <remarks>
/// A record holds the events of one command. But refusals and repeated answers that come while a record of their key is being written go
/// into the next one together: each is a single event, so nothing depends on where one record ends and the next begins, and a key that many
/// want costs the database a fraction of a row for each of them.
/// </remarks>
internal sealed partial class LiveStreamActor
{
    /// <summary>Answers in one record at most: who reads a page of records must know how long it can be.</summary>
    private const int MostAnswers = 32;

    private ImmutableArray<LiveStreamEvent>.Builder? _answers;
    private int _recordsUnderWay;

    private void Write(ImmutableArray<LiveStreamEvent> events)
    {
        if (_recordsUnderWay == 0 || events is not [AttemptRefused or AnswerRepeated])
        {
            WriteAnswers();
            WriteRecord(events);
            return;
        }

        _answers ??= ImmutableArray.CreateBuilder<LiveStreamEvent>();
        _answers.Add(events[0]);
        if (_answers.Count == MostAnswers)
        {
            WriteAnswers();
        }
    }

    private void WriteAnswers()
    {
        if (_answers is { } waiting)
        {
            _answers = null;
            WriteRecord(waiting.DrainToImmutable());
        }
    }

    private void WriteRecord(ImmutableArray<LiveStreamEvent> events)
    {
        _recordsUnderWay++;
        PersistAsync(new EventBatch(events), Written);
    }

    /// <summary>A record is durable: answer those whose events it holds, then act.</summary>
    private void Written(EventBatch record)
    {
        var before = _durable;
        _recordsUnderWay--;
        _written++;
        CommandInWork written;
        var count = 0;
        do
        {
            written = _inWork.TakeWritten();
            Answered(written);
            count += written.Events.Length;
        }
        while (count < record.Events.Length);

        Changed(before, written.Cause);
        if (_recordsUnderWay == 0)
        {
            WriteAnswers();
        }

        StopIfRetired();
    }

    private void Answered(CommandInWork written)
    {
        _services.Gauges.Writing(-1);
        var before = _durable;
        _durable = written.After!;
        if (written.Cause != default)
        {
            StreamTrace.Span("stream.persist", written.Cause, _key, written.DecidedAt, Now);
        }

        foreach (var happened in written.Events)
        {
            if (LiveStream.AnswerOf(happened) is not { } answer)
            {
                continue;
            }

            if (answer.Attempt == written.Attempt)
            {
                written.Reply ??= answer.Reply;
            }

            foreach (var held in _inWork.TakeHeld(answer.Attempt))
            {
                Answer(held, answer.Reply);
            }
        }

        Complete(written);
        while (_inWork.TryTakeUnwritten(out var next))
        {
            Complete(next);
        }

        Witness(before, written.Events, Now - written.DecidedAt);
    }
}
