using Akka.Actor;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// The commands of one key that are not answered yet, in the order of their decisions; and the held attempts. A linked list and a list
/// that is there only while somebody is held: a hundred thousand live keys have neither.
/// </summary>
internal struct CommandsInWork
{
    private CommandInWork? _first;
    private CommandInWork? _last;
    private List<CommandInWork>? _held;

    /// <summary>All of them.</summary>
    public int Count { get; private set; }

    /// <summary>Those whose own record is being written.</summary>
    public int Writing { get; private set; }

    /// <summary>Whether none waits for a write, its own or an earlier one.</summary>
    public readonly bool NothingToWrite => _first is null;

    /// <summary>Whether this very ask is under way: it was sent again because its answer takes long.</summary>
    public readonly bool Contains(IActorRef asker, long askId)
    {
        for (var command = _first; command is not null; command = command.Next)
        {
            if (command.AskId == askId && command.Asker.Equals(asker))
            {
                return true;
            }
        }

        return _held?.Exists(command => command.AskId == askId && command.Asker.Equals(asker)) == true;
    }

    public void Add(CommandInWork command)
    {
        Count++;
        Writing += command.After is null ? 0 : 1;
        if (_last is null)
        {
            _first = command;
        }
        else
        {
            _last.Next = command;
        }

        _last = command;
    }

    /// <summary>Takes out the oldest, whose write is durable now.</summary>
    public CommandInWork TakeWritten() => Take(_first ?? throw new InvalidOperationException("The journal wrote what nobody decided."));

    /// <summary>Takes out the oldest if it waits for no write any more.</summary>
    public bool TryTakeUnwritten(out CommandInWork command)
    {
        command = _first!;
        return _first is { After: null } && Take(_first) is not null;
    }

    /// <summary>An attempt that is answered by a later event.</summary>
    public void Hold(CommandInWork command)
    {
        Count++;
        (_held ??= []).Add(command);
    }

    /// <summary>Takes out all who ask for an attempt.</summary>
    public IReadOnlyList<CommandInWork> TakeHeld(SessionId attempt)
    {
        if (_held is null)
        {
            return [];
        }

        var answered = _held.FindAll(command => command.Attempt == attempt);
        Count -= answered.Count;
        if (answered.Count == _held.Count)
        {
            _held = null;
        }
        else
        {
            _held.RemoveAll(command => command.Attempt == attempt);
        }

        return answered;
    }

    private CommandInWork Take(CommandInWork command)
    {
        Count--;
        Writing -= command.After is null ? 0 : 1;
        _first = command.Next;
        _last = _first is null ? null : _last;
        command.Next = null;
        return command;
    }
}
