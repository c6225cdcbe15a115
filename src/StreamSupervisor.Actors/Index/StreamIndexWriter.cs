using Akka.Actor;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Actors.Index;

/// <summary>
/// <c>/user/index</c> on each member: hears what changes here and writes it into the stream index, one batch at most every 100 ms, and less
/// often when much changes. Of several changes of a key only the newest is written. It deletes nothing; that is the retention's.
/// </summary>
/// <remarks>
/// What is not written yet when the member dies is lost, and so is what does not find room while the database is away; a row heals when
/// the actor of its key starts again (<see cref="LaggingSearch"/> finds those). Rejected: writing the row with the journal,
/// which would put a second table into every commit.
/// </remarks>
public sealed class StreamIndexWriter : ReceiveActor, IWithTimers
{
    /// <summary>The name of the actor under <c>/user</c>.</summary>
    public const string ActorName = "index";

    /// <summary>Between two batches, at least.</summary>
    internal static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// For each row of the batch before: a row costs the database some 50 us, so lists take a tenth of one of its processes, and more
    /// changes of a key are one by then.
    /// </summary>
    private static readonly TimeSpan PaceOfRow = TimeSpan.FromMicroseconds(500);

    /// <summary>
    /// With each so many keys that wait the next batch comes sooner, after a half, a third, a quarter of the pause: what waits is memory,
    /// and lists that are wrong. Where thousands of new keys come each second, ten thousand or so wait, and none is left out.
    /// </summary>
    private const int Haste = 5_000;

    /// <summary>Until a batch that failed is tried again.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Keys that may wait: what a member has live, several times over, at about 1 kB each.</summary>
    private const int MaxWaiting = 100_000;

    /// <summary>Rows of one statement: some 0.5 MB.</summary>
    private const int BatchSize = 1000;

    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromMinutes(1);

    private readonly JournalStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly WaitingChanges _waiting = new(MaxWaiting);
    private bool _isWriting;
    private bool _isScheduled;
    private long _leftOut;
    private long? _silentSince;
    private long _saidAt;

    public StreamIndexWriter(JournalStore store, TimeProvider time, ILogger log)
    {
        (_store, _time, _log) = (store, time, log);
        Receive<LiveStreamChanged>(change =>
        {
            if (change.State is not null)
            {
                Keep(change);
                Schedule(Pace);
            }
        });
        Receive<WriteNow>(_ => WriteBatch());
        Receive<StoreRolledBack>(_ => _waiting.Clear());
        Receive<Written>(written => AfterWriting(written.Rows));
        Receive<NotWritten>(failed => AfterFailure(failed));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(JournalStore store, TimeProvider time, ILogger log) =>
        Props.Create(() => new StreamIndexWriter(store, time, log));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(LiveStreamChanged));
        Context.System.EventStream.Subscribe(Self, typeof(StoreRolledBack));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void Keep(LiveStreamChanged change) => _leftOut += _waiting.Keep(change) ? 0 : 1;

    private void Schedule(TimeSpan delay)
    {
        if (!_isScheduled && !_isWriting && _waiting.Count > 0)
        {
            _isScheduled = true;
            Timers.StartSingleTimer(WriteNow.Instance, WriteNow.Instance, delay);
        }
    }

    private void WriteBatch()
    {
        _isScheduled = false;
        var batch = _waiting.Take(BatchSize);
        _isWriting = true;
        var now = _time.GetUtcNow();
        _ = Task.Run(() => StreamIndexTable.WriteAsync(_store, batch.ConvertAll(change => RowOf(change, now)), CancellationToken.None))
            .PipeTo(Self, success: () => new Written(batch.Count), failure: e => new NotWritten(batch, e));
    }

    private void AfterWriting(int rows)
    {
        _isWriting = false;
        if (_silentSince is { } since)
        {
            _silentSince = null;
            _log.LogInformation(
                "Lists of streams follow again after {Seconds:F0} s; {LeftOut} change(s) were left out and heal with their keys' next.",
                _time.GetElapsedTime(since).TotalSeconds, _leftOut);
            _leftOut = 0;
        }

        Schedule(PauseAfter(rows, _waiting.Count));
    }

    /// <summary>Until the next batch, after one of so many rows, while so many keys wait.</summary>
    internal static TimeSpan PauseAfter(int rows, int waiting)
    {
        var pause = rows * PaceOfRow;
        return (pause > Pace ? pause : Pace) / (1 + (waiting / Haste));
    }

    private void AfterFailure(NotWritten failed)
    {
        _isWriting = false;
        if (failed.Cause is not StoreUnavailableException)
        {
            _log.LogError(
                failed.Cause, "{Count} row(s) of the stream index cannot be written, among them {Key}; lists show them as they were.",
                failed.Batch.Count, failed.Batch[0].Key);
            Schedule(Pace);
            return;
        }

        failed.Batch.ForEach(Keep);
        if (_silentSince is null || _time.GetElapsedTime(_saidAt) >= SayAgainAfter)
        {
            _silentSince ??= _time.GetTimestamp();
            _saidAt = _time.GetTimestamp();
            _log.LogWarning(
                "Lists of streams lag: {Why} {Waiting} change(s) wait, and are tried again every second.",
                failed.Cause.Message, _waiting.Count);
        }

        Schedule(RetryAfter);
    }

    private static StreamIndexRow RowOf(LiveStreamChanged change, DateTimeOffset now) => StreamIndexRow.Of(
        change.Key, change.Sequence, change.State ?? throw new InvalidOperationException("A change that is kept has a state."), now);

    private sealed record WriteNow
    {
        public static readonly WriteNow Instance = new();
    }

    private sealed record Written(int Rows);

    private sealed record NotWritten(List<LiveStreamChanged> Batch, Exception Cause);
}
