using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <content>Who waits, and what they are told.</content>
internal sealed partial class LiveStreamActor
{
    private void Complete(CommandInWork command)
    {
        if (command.Reply is { } reply)
        {
            Answer(command, reply);
        }
        else
        {
            _inWork.Hold(command);
        }
    }

    private void Answer(CommandInWork command, LiveStreamReply reply)
    {
        _services.Gauges.CommandsInWork(-1);
        StreamTrace.End(command.Span, command.Span is null ? default : Now);
        if (!_services.MayAnswer() || _epoch != _services.Hold.Epoch)
        {
            return;
        }

        command.Asker.Tell(command.AskId == 0 ? reply : new StreamAnswer(command.AskId, reply), Self);
    }

    private void Refuse(StreamEnvelope envelope, AskStatus status, string why, RefusalReason reason = RefusalReason.Unknown) =>
        Sender.Tell(new StreamRefusal(envelope.AskId, status, why, reason), Self);

    private void StopIfRetired()
    {
        if (_retires && _inWork.NothingToWrite)
        {
            Context.Stop(Self);
        }
    }
}
