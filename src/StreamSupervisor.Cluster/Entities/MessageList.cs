namespace StreamSupervisor.Cluster.Entities;

/// <summary>A queue threaded through its messages: the last one, whose next is the first. Eight bytes while it is empty.</summary>
internal struct MessageList<TState, TCommand, TEvent, TReply>
    where TCommand : notnull
    where TReply : notnull
{
    private Message<TState, TCommand, TEvent, TReply>? _last;

    public readonly bool IsEmpty => _last is null;

    public void Add(Message<TState, TCommand, TEvent, TReply> message)
    {
        message.Next = _last is null ? message : _last.Next;
        _last?.Next = message;
        _last = message;
    }

    /// <summary>Puts others before these.</summary>
    public void Prepend(MessageList<TState, TCommand, TEvent, TReply> others)
    {
        if (_last is null)
        {
            _last = others._last;
        }
        else if (others._last is { } lastOfOthers)
        {
            (lastOfOthers.Next, _last.Next) = (_last.Next, lastOfOthers.Next);
        }
    }

    public Message<TState, TCommand, TEvent, TReply> Take()
    {
        var first = _last!.Next!;
        _last = ReferenceEquals(first, _last) ? null : _last;
        _last?.Next = first.Next;
        first.Next = null;
        return first;
    }

    public bool Remove(Message<TState, TCommand, TEvent, TReply> message)
    {
        var kept = default(MessageList<TState, TCommand, TEvent, TReply>);
        var found = false;
        while (!IsEmpty)
        {
            var next = Take();
            if (ReferenceEquals(next, message))
            {
                found = true;
            }
            else
            {
                kept.Add(next);
            }
        }

        this = kept;
        return found;
    }
}
