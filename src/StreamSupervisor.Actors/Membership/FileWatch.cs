using Akka.Actor;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Whether the file of one supervisor has gone back in time: an older copy was put in its place while the supervisor was away, or while it
/// runs. What a beat is to a database, a look at the file and at the mark beside it is here.
/// </summary>
/// <remarks>
/// What it cannot know. The mark was put back together with the file, as with a snapshot of the whole folder or disk. And a copy that is
/// written over a file that is open is no older file but a broken one: SQLite's log goes on with it (stop the supervisor first, or move the
/// copy into place).
/// </remarks>
internal sealed class FileWatch(SqliteStore store, ClusterMembership membership, ActorSystem system, TimeProvider time, ILogger log)
    : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly SqliteHistory _history = new(store);
    private readonly CancellationTokenSource _over = new();
    private Task _running = Task.CompletedTask;
    private StoreMark? _known;
    private StoreMark? _written;
    private string? _whyUnwritten;
    private long? _forgetAgainAt;

    /// <summary>
    /// The first look, as soon as the file answers and before anything is written into it; from then on one a second.
    /// </summary>
    /// <exception cref="StoreOpenException">The file cannot be used.</exception>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        _ = await StoreWait.UntilItAnswersAsync(
            async () =>
            {
                await LookAsync(cancellation);
                return true;
            },
            time, log, cancellation);
        _running = RunAsync();
    }

    /// <summary>The last look: nobody writes any more, and the mark says all.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _running;
        _ = await MayGoOnAsync(CancellationToken.None);
        _over.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                await Task.Delay(Every, time, _over.Token);
            }
            while (await MayGoOnAsync(_over.Token));
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task<bool> MayGoOnAsync(CancellationToken cancellation)
    {
        try
        {
            await LookAsync(cancellation);
        }
        catch (StoreUnavailableException absent)
        {
            membership.Hold.Doubt();
            log.LogDebug("The file could not be looked at: {Why}", absent.Message);
        }
        catch (StoreOpenException unusable)
        {
            membership.End(new MemberEnd($"{unusable.Message} This supervisor ends; started again, it says what to do.", Expelled: true));
            return false;
        }

        return true;
    }

    /// <summary>Looks at the file and at its mark, and deals with what they show.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read or written.</exception>
    /// <exception cref="StoreOpenException">Another file is there, and cannot be used.</exception>
    private async Task LookAsync(CancellationToken cancellation)
    {
        var doubts = membership.Hold.Doubts;
        if (store.HasMoved())
        {
            membership.Hold.Doubt();
            doubts = membership.Hold.Doubts;
            await store.ReopenAsync(time, log, cancellation);
        }

        var found = await _history.ReadAsync(cancellation);
        _known ??= _history.Remembered() ?? found;
        if (_known.WhyBack(found) is { } why)
        {
            found = await _history.RaiseAsync(found, _known.Epoch, time.GetUtcNow(), cancellation);
            membership.RolledBack(system, found.Epoch, why);
            await _history.ForgetWhatIsGoneAsync(cancellation);
            _forgetAgainAt = time.GetTimestamp() + ((long)AdmissionHold.Longest.TotalSeconds * time.TimestampFrequency);
        }
        else
        {
            membership.Hold.Start(found.Epoch);
        }

        _known = found;
        if (_forgetAgainAt < time.GetTimestamp())
        {
            // What was on its way to the file has come by now.
            await _history.ForgetWhatIsGoneAsync(cancellation);
            _forgetAgainAt = null;
        }

        Remember(found);
        var now = time.GetElapsedTime(0);
        membership.Hold.Settle(doubts, now, now, TimeSpan.Zero);
    }

    private void Remember(StoreMark mark)
    {
        if (mark == _written)
        {
            return;
        }

        var why = _history.Remember(mark);
        _written = why is null ? mark : _written;
        if (why is not null && why != _whyUnwritten)
        {
            log.LogWarning(
                "The mark beside {Path} could not be written ({Why}): if the file is replaced by an older copy, nobody will know.",
                store.Path, why);
        }

        _whyUnwritten = why;
    }
}
