using System.Net;
using System.Text;
using StreamSupervisor.Client;

namespace StreamSupervisor.Tests.Client;

/// <summary>Supervisors without a socket: answers are queued, calls are recorded as <c>METHOD host path body</c>.</summary>
internal sealed class FakeSupervisors : HttpMessageHandler
{
    private readonly Queue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> _answers = new();

    public List<string> Calls { get; } = [];

    /// <summary>What is answered when nothing is queued.</summary>
    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> Otherwise { get; set; } =
        (_, _) => throw new HttpRequestException("connection refused");

    public FakeSupervisors Answer(string json, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json")
    {
        _answers.Enqueue((_, _) => Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, type) }));
        return this;
    }

    public FakeSupervisors Publish(string url = "rtmp://srs-1/live/cam1?registration=v1.x", string origin = "srs-1", int attemptsLeft = 2) =>
        Answer($$"""{"registrationId":"r1","decision":"publish","publish":[{"origin":"{{origin}}","url":"{{url}}"}],"generation":7,"expiresAt":"2026-01-01T00:00:30Z","attemptsLeft":{{attemptsLeft}}}""");

    public FakeSupervisors OnAir(bool isOnAir = true) => Answer($$"""{"registrationId":"r1","decision":"publish","generation":8,"onAir":{{(isOnAir ? "true" : "false")}}}""");

    public FakeSupervisors Wait(string reason = "handover-running") =>
        Answer($$"""{"registrationId":"r1","decision":"wait","generation":6,"expiresAt":"2026-01-01T00:00:30Z","reason":"{{reason}}","kind":"temporary","text":{"en":"soon","zh":"马上"} }""");

    public FakeSupervisors Refuse(string reason, string kind, int? retryAfterMs = null, int? attemptsLeft = null) =>
        Answer($$"""{"decision":"refused","generation":6,"reason":"{{reason}}","kind":"{{kind}}","text":{"en":"No: {{reason}}.","zh":"不行"},"retryAfterMs":{{retryAfterMs?.ToString() ?? "null"}},"attemptsLeft":{{attemptsLeft?.ToString() ?? "null"}} }""");

    public FakeSupervisors Fail()
    {
        _answers.Enqueue((_, _) => throw new HttpRequestException("connection refused"));
        return this;
    }

    public FakeSupervisors Hang()
    {
        _answers.Enqueue(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            throw new InvalidOperationException();
        });
        return this;
    }

    public SupervisorClient Client(TimeProvider time, params string[] addresses) => Client(time, null, addresses);

    public SupervisorClient Client(TimeProvider time, ClientLog? log, params string[] addresses) => new(new HttpClient(this),
        new SupervisorClientOptions { Addresses = [.. (addresses.Length > 0 ? addresses : ["http://one:8085"]).Select(a => new Uri(a))], ApiKey = "k", Log = log }, time);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Calls.Add($"{request.Method} {request.RequestUri!.Host} {request.RequestUri.PathAndQuery} {body}".Trim());
        return await (_answers.TryDequeue(out var answer) ? answer : Otherwise)(request, cancellationToken);
    }
}

/// <summary>A clock that stands still until it is told to move.</summary>
internal sealed class StillTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(t => t.Due <= _now).OrderBy(t => t.Due)];
            due.ForEach(t => _timers.Remove(t));
        }

        due.ForEach(t => t.Fire());
    }

    private sealed class Timer(StillTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime != global::System.Threading.Timeout.InfiniteTimeSpan)
                {
                    Due = time._now + dueTime;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
