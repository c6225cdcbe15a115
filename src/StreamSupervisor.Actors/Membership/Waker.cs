using Akka.Actor;
using Akka.Cluster;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Wakes stream keys that nobody calls: those whose deadline has come or that have open work, and all that have either after a member was
/// removed, because their owner may have been it. Akka starts an entity when a message comes, and never by itself. Runs once in the
/// cluster, as a singleton; that it now and then runs twice or not at all for a moment does no harm.
/// </summary>
#pragma warning disable CA1001 // An actor ends in PostStop.
public sealed class Waker : ReceiveActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>
    /// Between two questions, and two pages of what is due: a deadline is late by this at most, beside the index's own delay, as long as a
    /// page holds all that are due. More at once would fill the recoveries that the hooks of other keys wait for.
    /// </summary>
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly WakerIndex _index;
    private readonly CancellationTokenSource _stopped = new();
    private readonly TimeProvider _time;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private bool _asking;
    private bool _failed;

    /// <summary>Also after the start: the singleton before this one may have died before it heard of a death.</summary>
    private bool _everybody = true;

    /// <summary>
    /// The page that comes next; null: the first. What is due stays due while its work waits, so those behind it need pages of their own.
    /// </summary>
    private Page? _next;

    /// <param name="index">Who is due. Asked on the actor's thread, one question at a time.</param>
    /// <param name="wake">Tells the key's entity to start. Must not block.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures are told, once until it works again.</param>
    public Waker(WakerIndex index, Action<string> wake, TimeProvider time, ILogger log)
    {
        (_index, _time) = (index, time);
        Receive<Look>(_ => Ask());
        Receive<ClusterEvent.MemberRemoved>(_ =>
        {
            _everybody = true;
            Ask();
        });
        Receive<ClusterEvent.CurrentClusterState>(_ => { });
        Receive<Due>(found =>
        {
            (_asking, _failed, _next) = (false, false, found.Next);
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
        var page = everybody ? new Page(DateTimeOffset.MaxValue, After: "") : _next ?? new Page(_time.GetUtcNow(), After: "");
        _ = AskAsync(page, everybody).PipeTo(Self, failure: why => new Failed(why, everybody));
    }

    private async Task<Due> AskAsync(Page page, bool everybody)
    {
        var due = await _index.Due(page.Until, page.After, _stopped.Token);
        var lagging = await _index.Lagging(everybody, _stopped.Token);
        return new Due([.. due, .. lagging], due.Count < _index.PageSize ? null : page with { After = due[^1] });
    }

    private void Next(TimeSpan pause) => Timers.StartSingleTimer("look", new Look(), pause);

    private sealed record Look;

    private sealed record Page(DateTimeOffset Until, string After);

    private sealed record Due(IReadOnlyList<string> Keys, Page? Next);

    private sealed record Failed(Exception Why, bool Everybody);
}
