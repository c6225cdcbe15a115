using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// One piece of open work of a key, as a child of its actor. It ends in reports to the parent, one after another, each repeated until the
/// parent has taken it: a parent that may not answer just now, or whose journal is away, stays silent. The parent stops it when its state
/// no longer asks for the work; until then it begins again.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Akka ends an actor with PostStop, which disposes.")]
internal abstract class WorkActor : UntypedActor
{
    private static readonly TimeSpan FirstReportAgain = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstBeginAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestBeginAgain = TimeSpan.FromSeconds(30);

    private readonly Queue<LiveStreamCommand> _reports = new();
    private readonly CancellationTokenSource _stopped = new();
    private Backoff _beginAgain = new(FirstBeginAgain, 2, LongestBeginAgain);
    private Backoff _reportAgain;
    private ITimer? _reportTimer;
    private ITimer? _pauseTimer;
    private bool _last;

    /// <summary>Work that a later epoch of the store has not ordered must not go on: who was to be removed may have the key now.</summary>
    private readonly long _epoch;

    protected WorkActor(string key, LiveStreamServices services) => (Key, Services, _epoch) = (key, services, services.Hold.Epoch);

    protected string Key { get; }

    protected LiveStreamServices Services { get; }

    /// <summary>For calls: cancelled when the work is over.</summary>
    protected CancellationToken Stopped => _stopped.Token;

    /// <summary>What its reports belong to in a trace; the default when nobody traces it.</summary>
    protected virtual ActivityContext Cause => default;

    protected DateTimeOffset Now => Services.Time.GetUtcNow();

    protected override void PreStart() => Begin();

    protected override void PostStop()
    {
        _reportTimer?.Dispose();
        _pauseTimer?.Dispose();
        _stopped.Cancel();
        _stopped.Dispose();
    }

    protected override void OnReceive(object message)
    {
        if (_epoch != Services.Hold.Epoch)
        {
            Context.Stop(Self);
            return;
        }

        switch (message)
        {
            case LiveStreamReply when _reports.Count > 0:
                _reports.Dequeue();
                SendReport();
                break;
            case LiveStreamReply:
                break;
            case ReportAgain when _reports.TryPeek(out var report):
                Tell(report);
                _reportTimer!.Change(_reportAgain.Next(), Timeout.InfiniteTimeSpan);
                break;
            case ReportAgain:
                break;
            case BeginAgain:
                _last = false;
                Begin();
                break;
            default:
                Step(message);
                break;
        }
    }

    /// <summary>Does it, or does it once more.</summary>
    protected abstract void Begin();

    /// <summary>Takes an answer of the SRS server, or the end of a pause.</summary>
    protected abstract void Step(object message);

    /// <summary>Tells the parent until it has taken it.</summary>
    /// <param name="last">Whether the work is done with it: if it is asked for all the same, it begins again after a while.</param>
    protected void Report(LiveStreamCommand report, bool last)
    {
        _last |= last;
        _reports.Enqueue(report);
        if (_reports.Count == 1)
        {
            SendReport();
        }
    }

    /// <summary>
    /// Sends itself a message after a pause. By the clock's timers and not by Akka's scheduler, whose wheel turns every 10 ms: a client
    /// is gone 4 ms after its DELETE, and an encoder waits for us to see it.
    /// </summary>
    protected void After(TimeSpan pause, object message)
    {
        var self = Self;
        _pauseTimer?.Dispose();
        _pauseTimer = Services.Time.CreateTimer(_ => self.Tell(message, ActorRefs.NoSender), null, pause, Timeout.InfiniteTimeSpan);
    }

    private void SendReport()
    {
        _reportAgain = new Backoff(FirstReportAgain, 2, Longest);
        if (_reports.TryPeek(out var report))
        {
            Tell(report);
            var self = Self;
            _reportTimer ??= Services.Time.CreateTimer(_ => self.Tell(ReportAgain.Instance, ActorRefs.NoSender), null,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _reportTimer.Change(_reportAgain.Next(), Timeout.InfiniteTimeSpan);
            return;
        }

        _reportTimer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (_last)
        {
            After(_beginAgain.Next(), BeginAgain.Instance);
        }
    }

    private void Tell(LiveStreamCommand report)
    {
        var cause = Cause;
        Context.Parent.Tell(cause == default ? report : (object)new TracedReport(report, cause));
    }

    private sealed class ReportAgain
    {
        public static readonly ReportAgain Instance = new();
    }

    private sealed class BeginAgain
    {
        public static readonly BeginAgain Instance = new();
    }
}
