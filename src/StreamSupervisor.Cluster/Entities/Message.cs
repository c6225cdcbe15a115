using StreamSupervisor.Cluster.Observability;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Cluster.Wakeups;

namespace StreamSupervisor.Cluster.Entities;

internal enum MessageKind : byte
{
    Ask,
    Tell,
    Wake,
}

/// <summary>
/// Where a message is. It counts as open, which a shard's graceful end waits for, in all places but the last two.
/// </summary>
internal enum MessagePlace : byte
{
    /// <summary>Not taken yet.</summary>
    Outside,

    /// <summary>In the mailbox.</summary>
    Queued,

    /// <summary>Being decided or appended.</summary>
    Current,

    /// <summary>Answered without a write; the shard's epoch is being confirmed.</summary>
    Verifying,

    /// <summary>Waiting under its ticket for an event that answers it.</summary>
    Waiting,

    /// <summary>Over.</summary>
    Done,
}

/// <summary>
/// One message to one entity: at once the promise of its answer, a link in the entity's mailbox or in its list of waiters, and its own
/// deadline. One object in all, so that an ask costs one allocation and an idle entity holds no queue.
/// </summary>
internal sealed class Message<TState, TCommand, TEvent, TReply>(TCommand command, MessageKind kind, Dispatcher dispatcher)
    : TaskCompletionSource<AskResult<TReply>>(dispatcher.CompletionOptions), ITimed, IVerified, IThreadPoolWorkItem
    where TCommand : notnull
    where TReply : notnull
{
    private CancellationTokenRegistration _registration;
    private AskResult<TReply> _result;
    private int _over;

    public TCommand Command { get; } = command;
    public MessageKind Kind { get; } = kind;
    public MessagePlace Place { get; set; }
    public Entity<TState, TCommand, TEvent, TReply>? Entity { get; set; }
    public Message<TState, TCommand, TEvent, TReply>? Next { get; set; }
    public string? Ticket { get; set; }
    public ShardEpoch Owner { get; set; }
    public AskTrace? Trace { get; init; }
    public TReply? Reply { get; set; }

    /// <summary>Whether its decision answered it, else it waits under its ticket once the decision is durable.</summary>
    public bool HasReply { get; set; }

    /// <summary>What its decision wrote, for the witness; empty when it wrote nothing.</summary>
    public IReadOnlyList<TEvent> Events { get; set; } = [];

    /// <summary>Answers that its decision gives to those who wait.</summary>
    public List<(string Ticket, TReply Reply)>? Answers { get; set; }
    public int TimerSlot { get; set; }

    /// <summary>The deadline or the caller was faster. Under the lock of the shard, so that nobody lets it wait any more.</summary>
    public bool Withdrawn { get; set; }

    public bool IsOver => Volatile.Read(ref _over) != 0;

    /// <summary>Arms the deadline and the caller's cancellation, once the entity has the message.</summary>
    public void Arm(TimeSpan patience, CancellationToken cancellation)
    {
        if (IsOver)
        {
            return;
        }

        var timers = Entity!.Shard.Region.Timers;
        timers.Set(this, patience);
        if (cancellation.CanBeCanceled)
        {
            _registration = cancellation.UnsafeRegister(static (state, token) =>
            {
                var message = (Message<TState, TCommand, TEvent, TReply>)state!;
                message.Entity!.Withdraw(message, token);
            }, this);
        }

        // Answered on another thread between the look above and here: then nobody else takes it out of the timers.
        if (IsOver)
        {
            timers.Remove(this);
            _registration.Unregister();
        }
    }

    /// <summary>Gives the answer; the first one counts. Runs nobody's code: continuations are queued.</summary>
    public void Answer(AskResult<TReply> result)
    {
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            _result = result;
            Ended(result.Status);
            if (dispatcher.Simulated)
            {
                dispatcher.Post(this);
            }
            else
            {
                SetResult(result);
            }
        }
    }

    public void Cancel(CancellationToken token)
    {
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            Ended(AskStatus.Unknown);
            TrySetCanceled(token);
        }
    }

    void IThreadPoolWorkItem.Execute() => SetResult(_result);

    void ITimed.Fire() => Entity!.Withdraw(this, CancellationToken.None);

    void IVerified.Verified(bool current) => Entity!.Verified(this, current);

    private void Ended(AskStatus status)
    {
        if (Kind == MessageKind.Ask && Entity is { } entity)
        {
            entity.Shard.Region.Timers.Remove(this);
            _registration.Unregister();
            Trace?.End(entity.Id, entity.Shard.Id, status.ToString(), entity.Shard.Region.Time.GetUtcNow());
        }
    }
}
