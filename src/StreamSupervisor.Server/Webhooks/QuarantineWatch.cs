using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Notices;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>
/// Notes that a quarantine is over, on the member that sends. The notices say which keys are in quarantine, and each key says itself
/// whether it still is: the member that found it may have been started anew, with a version that can read the journal, or may be gone.
/// </summary>
internal sealed class QuarantineWatch(SupervisorSystem system, TimeProvider time)
{
    /// <summary>Keys that one look asks; the next goes on behind them.</summary>
    private const int KeysOfALook = 20;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private string _after = "";

    /// <summary>One look.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer; look again.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await Task.Delay(LookEvery, time, cancellation);
        var keys = await system.Notices.InQuarantineAsync(_after, KeysOfALook, cancellation);
        _after = keys.Count < KeysOfALook ? "" : keys[^1].Subject;
        await Task.WhenAll(keys.Select(key => AskAsync(key, cancellation)));
    }

    /// <summary>Asking reads the journal, where nobody has done so since the start.</summary>
    private async Task AskAsync(NoticeRow key, CancellationToken cancellation)
    {
        var answer = await system.Streams.AskAsync(key.Name, GetState.Instance, time.GetUtcNow() + AnswersWithin, cancellation);
        if (answer.Status == AskStatus.Answered)
        {
            await system.Notices.NoteAsync(key.Subject, NoticeKind.StreamQuarantineOver, key.Name, "", cancellation);
        }
    }
}
