using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Hooks;

namespace StreamSupervisor.Server.Coworkers;

/// <summary>
/// Finds the server that has a stream, on any member: the index says whether there is anything to know of the key, its actor who has it
/// now. Nothing is written.
/// <para>
/// Not the actor alone: viewers ask for names of all kinds, and each would start an actor that reads the journal and stays for two minutes.
/// Not the index alone: it lags by 100 ms, and whoever is sent to a server that has just lost the stream comes back after 3 s.
/// </para>
/// <para>
/// How it can fail: a stream that was admitted a moment ago is not in the index yet, or its member died before it wrote it. Then the
/// server stays and asks again, an edge after 3 s; and SRS asks the other coworkers of its configuration too.
/// </para>
/// </summary>
internal sealed class StreamLocator(StreamIndex index, LiveStreamRegion streams, OriginDirectory directory, PublishAttemptReader reader,
    Availability availability, TimeProvider time)
{
    /// <summary>
    /// Questions on this member that are looked into. A look takes 2 ms, so these are more than a hundred thousand in a second. Who waits
    /// for a change of hands between two looks has no place: the viewers of one stream that moves keep nobody from asking for another.
    /// </summary>
    private const int MaxAtOnce = 256;

    /// <summary>How long a look may take. SRS gives up after 30 s, and its player before.</summary>
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a change of hands is waited for: the default hold of an attempt. Whoever is sent to the next server before its encoder was
    /// admitted finds nothing there, and an edge then waits 3 s.
    /// </summary>
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// Between two looks at a change of hands, which mostly takes some 10 ms; each pause is twice the last, up to the longest.
    /// </summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<string, Task<Look>> _looks = [];
    private int _underWay;

    /// <param name="named">The key as SRS named it.</param>
    /// <param name="asking">The configured name of the server that asks.</param>
    /// <exception cref="OperationCanceledException">The server went away.</exception>
    public async ValueTask<StreamLocation> FindAsync(StreamKey named, string asking, CancellationToken cancellation)
    {
        if (availability.WhyNot() is { } whyNot)
        {
            return new StreamLocation.Undecided(whyNot);
        }

        var key = reader.EffectiveKeyOf(named).ToString();
        var began = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var look = await LookInAPlaceAsync(key, cancellation);
            if (look.WhyNot is { } unknown)
            {
                return new StreamLocation.Undecided(unknown);
            }

            switch (look.State is { } state ? LiveStream.PlaceFor(state, asking) : StreamPlace.Nowhere.Instance)
            {
                case StreamPlace.Here:
                    return new StreamLocation.Stay(StayReason.Here, OwnOf(look.State, asking));
                case StreamPlace.Elsewhere elsewhere:
                    return At(elsewhere.Origin);
                case StreamPlace.Moving moving when time.GetElapsedTime(began) >= MovesWithin:
                    return At(moving.To);
                case StreamPlace.Moving:
                    await Task.Delay(pause, time, cancellation);
                    break;
                default:
                    return new StreamLocation.Stay(StayReason.Nobody);
            }
        }
    }

    private static OwnStream? OwnOf(LiveStreamState? state, string asking) =>
        state is { Handover: null, Session: { Confirmed: true, By: var by } } && by.Origin == asking
            ? new OwnStream(state.Key, by.Session) : null;

    private async ValueTask<Look> LookInAPlaceAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return Interlocked.Increment(ref _underWay) > MaxAtOnce
                ? new Look(null, $"{MaxAtOnce} questions are under way on this member")
                : await LookTogetherAsync(key).WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>
    /// One look at a key at a time, for all who ask meanwhile: its actor takes 64 commands at once, and its encoders must find room among
    /// them however many viewers ask.
    /// </summary>
    private Task<Look> LookTogetherAsync(string key)
    {
        lock (_gate)
        {
            if (!_looks.TryGetValue(key, out var look))
            {
                look = LookOnceAsync(key);
                if (!look.IsCompleted)
                {
                    _looks.Add(key, look); // It takes itself out at its end, for which it waits here.
                }
            }

            return look;
        }
    }

    private async Task<Look> LookOnceAsync(string key)
    {
        try
        {
            if (await index.FindAsync(key) is not { Idle: false })
            {
                return default;
            }

            var answer = await streams.AskAsync(key, GetState.Instance, time.GetUtcNow() + Within, CancellationToken.None);
            return answer is { Status: AskStatus.Answered, Reply: StateReply { State: var state } }
                ? new Look(state, null)
                : new Look(null, answer.Why ?? answer.Status.ToString());
        }
        catch (StoreUnavailableException away)
        {
            return new Look(null, away.Message);
        }
        finally
        {
            lock (_gate)
            {
                _looks.Remove(key);
            }
        }
    }

    private StreamLocation At(string origin) =>
        directory.IsOutOfReach(origin) ? new StreamLocation.Stay(StayReason.OutOfReach) : new StreamLocation.On(origin);

    /// <summary>What is known of a key.</summary>
    /// <param name="State">Null: there is nothing to know, nobody publishes it.</param>
    /// <param name="WhyNot">Why nobody could say; null: somebody has.</param>
    private readonly record struct Look(LiveStreamState? State, string? WhyNot);
}
