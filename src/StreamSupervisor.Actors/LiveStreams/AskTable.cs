using System.Collections.Concurrent;
using Akka.Actor;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// The asks and messages of this member that are not answered yet. Asking threads add to it and send at once; the <see cref="AskHub"/>
/// takes out what is answered, sends again what is late, and ends what has passed its deadline. So an ask costs one message each way and
/// no timer.
/// </summary>
internal sealed class AskTable(IActorRef streams, TimeProvider time, LiveStreamSettings settings)
{
    /// <summary>
    /// The first repetition. A message is only lost when a member dies or a shard moves, and then the next owner takes 200 ms at least.
    /// </summary>
    private static readonly TimeSpan FirstResend = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestResend = TimeSpan.FromMilliseconds(800);

    private readonly ConcurrentDictionary<long, PendingAsk> _pending = new();
    private readonly ConcurrentQueue<(StreamEnvelope Envelope, DateTimeOffset Deadline)> _backlog = new();
    private IActorRef _hub = ActorRefs.Nobody;
    private long _lastId;
    private int _asks;
    private int _tells;
    private int _waitingTells;
    private long _dropped;
    private volatile bool _closed;

    /// <summary>Asks that somebody waits for.</summary>
    public int Asks => Volatile.Read(ref _asks);

    public int Count => Volatile.Read(ref _asks) + Volatile.Read(ref _tells) + Volatile.Read(ref _waitingTells);

    /// <summary>Who gets the answers. Called once, before the first ask.</summary>
    public void Attach(IActorRef hub) => _hub = hub;

    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Messages dropped since the last call.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    public Task<AskResult> AskAsync(StreamEnvelope envelope, DateTimeOffset deadline, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<AskResult>(cancellation);
        }

        if (Interlocked.Increment(ref _asks) > settings.MaxAsks)
        {
            Interlocked.Decrement(ref _asks);
            return Task.FromResult(AskResult.Not(AskStatus.Overloaded,
                $"{settings.MaxAsks} questions to streams are under way on this member."));
        }

        var ask = new PendingAsk(this, envelope, deadline);
        var answer = ask.Wait();
        Send(ask);
        ask.CancelWith(cancellation);
        return answer;
    }

    public void Tell(StreamEnvelope envelope, DateTimeOffset deadline)
    {
        if (_backlog.IsEmpty && TrySendTell(envelope, deadline))
        {
            return;
        }

        if (Interlocked.Increment(ref _waitingTells) > settings.MaxWaitingTells)
        {
            Interlocked.Decrement(ref _waitingTells);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _backlog.Enqueue((envelope, deadline));
        SendBacklog();
    }

    /// <summary>The actor answered, or said that it will not.</summary>
    /// <param name="elsewhere">Whether it runs on another member.</param>
    public void Complete(long askId, AskResult result, bool elsewhere = false)
    {
        if (_pending.TryGetValue(askId, out var ask) && !(result.Status == AskStatus.Overloaded && ask.IsTell))
        {
            if (elsewhere && !ask.IsTell)
            {
                ForwardTelemetry.Answered(time.GetElapsedTime(ask.SentAt), result.Status);
            }

            Finish(ask, result);
        }
    }

    /// <summary>Sends again what is late, and ends what is too late.</summary>
    public void Tick()
    {
        var now = time.GetUtcNow();
        foreach (var (_, ask) in _pending)
        {
            if (now >= ask.Deadline)
            {
                Finish(ask, AskResult.Not(AskStatus.Unknown, "The deadline passed before the answer came."));
            }
            else if (now >= ask.ResendAt)
            {
                ask.ResendAfter = ask.ResendAfter * 2 < LongestResend ? ask.ResendAfter * 2 : LongestResend;
                ask.ResendAt = now + ask.ResendAfter;
                streams.Tell(ask.Envelope, _hub);
            }
        }

        SendBacklog();
    }

    /// <summary>A member is gone, and what it had taken with it.</summary>
    public void ResendAll()
    {
        foreach (var (_, ask) in _pending)
        {
            streams.Tell(ask.Envelope, _hub);
        }
    }

    /// <summary>Ends every ask, also those that come later: this member is stopping.</summary>
    public void Close()
    {
        _closed = true;
        _backlog.Clear();
        foreach (var (_, ask) in _pending)
        {
            Finish(ask, Stopping);
        }
    }

    public void Cancelled(PendingAsk ask, CancellationToken cancellation)
    {
        if (Remove(ask))
        {
            ask.Cancel(cancellation);
        }
    }

    private static AskResult Stopping { get; } = AskResult.Not(AskStatus.Unavailable, "This member is stopping.");

    private void Send(PendingAsk ask)
    {
        ask.SentAt = time.GetTimestamp();
        ask.ResendAfter = FirstResend;
        ask.ResendAt = time.GetUtcNow() + FirstResend;
        _pending[ask.Envelope.AskId] = ask;
        if (_closed)
        {
            Finish(ask, Stopping);
            return;
        }

        streams.Tell(ask.Envelope, _hub);
    }

    private bool TrySendTell(StreamEnvelope envelope, DateTimeOffset deadline)
    {
        if (Interlocked.Increment(ref _tells) > settings.MaxTells)
        {
            Interlocked.Decrement(ref _tells);
            return false;
        }

        Send(new PendingAsk(this, envelope, deadline));
        return true;
    }

    private void SendBacklog()
    {
        while (!_closed && Volatile.Read(ref _tells) < settings.MaxTells && _backlog.TryDequeue(out var next))
        {
            Interlocked.Decrement(ref _waitingTells);
            if (!TrySendTell(next.Envelope, next.Deadline))
            {
                Interlocked.Increment(ref _waitingTells);
                _backlog.Enqueue(next);
                return;
            }
        }
    }

    private void Finish(PendingAsk ask, AskResult result)
    {
        if (!Remove(ask))
        {
            return;
        }

        ask.End(result);
        if (ask.IsTell && !_backlog.IsEmpty)
        {
            SendBacklog();
        }
    }

    private bool Remove(PendingAsk ask)
    {
        if (!_pending.TryRemove(ask.Envelope.AskId, out _))
        {
            return false;
        }

        Interlocked.Decrement(ref ask.IsTell ? ref _tells : ref _asks);
        return true;
    }
}
