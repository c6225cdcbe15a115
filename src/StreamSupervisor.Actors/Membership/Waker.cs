using Akka.Actor;
using Akka.Cluster;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Wakes stream keys that nobody calls: those whose deadline has come, and all that have one after a member was removed, because their
/// owner may have been it, and once a minute, because a deadline may stand there by a clock that is ahead of this one. Akka starts an
/// entity when a message comes, and never by itself. Runs once in the cluster, as a singleton; that it now and then runs twice or not at
/// all for a moment does no harm.
/// </summary>
#pragma warning disable CA1001 // An actor ends in PostStop.
public sealed class Waker : ReceiveActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>Between two questions; a deadline is late by this at most, beside the index's own delay.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>How late a deadline is at most whose key has no owner, by whatever clock it was written.</summary>
    public static readonly TimeSpan WhateverTheClock = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AnyDeadline = TimeSpan.FromDays(365);

    private readonly Func<DateTimeOffset, CancellationToken, Task<IReadOnlyList<string>>> _due;
    private readonly CancellationTokenSource _stopped = new();
    private readonly TimeProvider _time;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private long _askedForAllAt;
    private bool _asking;
    private bool _failed;

    /// <summary>Also after the start: the singleton before this one may have died before it heard of a death.</summary>
    private bool _everybody = true;

    /// <param name="due">The keys whose deadline is not later than the given time; asked with <see cref="DateTimeOffset.MaxValue"/> it
    /// gives all that have a deadline or open work. Asked on the actor's thread, one question at a time.</param>
    /// <param name="wake">Tells the key's entity to start. Must not block.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures are told, once until it works again.</param>
    public Waker(Func<DateTimeOffset, CancellationToken, Task<IReadOnlyList<string>>> due, Action<string> wake, TimeProvider time,
        ILogger log)
    {
        (_due, _time, _askedForAllAt) = (due, time, time.GetTimestamp());
        Receive<Look>(_ => Ask());
        Receive<ClusterEvent.MemberRemoved>(_ =>
        {
            _everybody = true;
            Ask();
        });
        Receive<ClusterEvent.CurrentClusterState>(_ => { });
        Receive<Due>(found =>
        {
            (_asking, _failed) = (false, false);
            foreach (var key in found.Keys)
            {
                wake(key);
            }

            Next(_everybody ? TimeSpan.Zero : Every);
        });
        Receive<Failed>(failed =>
        {
            if (!_failed)
            {
                log.LogWarning("The index does not say which streams are due, so their deadlines wait: {Why} Trying again.",
                    failed.Why.Message);
            }

            (_asking, _failed, _everybody) = (false, true, _everybody || failed.Everybody);
            Next(Every);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, typeof(ClusterEvent.MemberRemoved));
        Self.Tell(new Look());
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private void Ask()
    {
        if (_asking)
        {
            return;
        }

        var everybody = _everybody;
        (_asking, _everybody) = (true, false);
        _ = _due(everybody ? DateTimeOffset.MaxValue : _time.GetUtcNow() + Slack(), _stopped.Token).PipeTo(
            Self, success: keys => new Due(keys), failure: why => new Failed(why, everybody));
    }

    private TimeSpan Slack()
    {
        if (_time.GetElapsedTime(_askedForAllAt) < WhateverTheClock)
        {
            return TimeSpan.Zero;
        }

        _askedForAllAt = _time.GetTimestamp();
        return AnyDeadline;
    }

    private void Next(TimeSpan pause) => Timers.StartSingleTimer("look", new Look(), pause);

    private sealed record Look;

    private sealed record Due(IReadOnlyList<string> Keys);

    private sealed record Failed(Exception Why, bool Everybody);
}
