using System.Diagnostics;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>What the clients do.</summary>
internal enum Workload
{
    /// <summary>Each publishes a free key, unpublishes it, and goes on to the next as another client.</summary>
    Spread,

    /// <summary>All try to publish one key, each time as another client, against a publisher who is on air and stays.</summary>
    Hot,

    /// <summary>Encoders announce themselves over the API, each for a key of its own that is free: one journaled decision a call.</summary>
    Register,

    /// <summary>All announce themselves for one key that is reserved for another.</summary>
    Reserved,
}

/// <param name="Decisions">Answers to <c>on_publish</c>, or to announcements.</param>
/// <param name="Answers">Answers to all hooks.</param>
/// <param name="Unexpected">Answers that are not the one that the workload must have.</param>
internal sealed record LoadResult(double Decisions, double Answers, TimeSpan Median, TimeSpan P99, long Unexpected, string Load);

/// <summary>Closed-loop load: each connection sends its next hook when it has the answer to the one before, as SRS does for one client.</summary>
internal sealed class HookLoad(Target target, Workload workload, int connections, int keys)
{
    public const string HotStream = "hot";
    public const string ReservedStream = "reserved";

    private static long s_clients = DateTime.UtcNow.Ticks / 1000 % 1_000_000_000_000;

    /// <param name="alwaysYes">The server decides nothing: it says yes to everything.</param>
    public async Task<LoadResult> RunAsync(TimeSpan warmUp, TimeSpan time, bool alwaysYes)
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, connections).Select(index => Registers(workload)
            ? HookConnection.OpenAsync(target.Ports[index % target.Ports.Count], HookConnection.RegistrationYes)
            : HookConnection.OpenAsync(target.Ports[index % target.Ports.Count])));
        try
        {
            var start = Stopwatch.GetTimestamp() + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
            var end = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
            var clients = opened.Select((connection, index) => new Client(connection, target, workload, index, connections, keys)).ToArray();
            await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(start, end, alwaysYes))));
            var latencies = new Latencies();
            foreach (var client in clients)
            {
                latencies.Add(client.Latencies);
            }

            return new LoadResult(clients.Sum(client => client.Decisions) / time.TotalSeconds, clients.Sum(client => client.Answers) / time.TotalSeconds,
                latencies.Percentile(0.5), latencies.Percentile(0.99), clients.Sum(client => client.Unexpected), Report.Load);
        }
        finally
        {
            foreach (var connection in opened)
            {
                connection.Dispose();
            }
        }
    }

    /// <summary>Whether a workload calls the API instead of sending hooks.</summary>
    public static bool Registers(Workload workload) => workload is Workload.Register or Workload.Reserved;

    private sealed class Client(HookConnection connection, Target target, Workload workload, int index, int connections, int keys)
    {
        private readonly HookRequest _publish = new(target, "on_publish", workload == Workload.Hot ? HotStream : null);
        private readonly HookRequest _unpublish = new(target, "on_unpublish");
        private readonly RegistrationCall _register = new(workload == Workload.Reserved ? ReservedStream : null);
        private long _start;
        private long _end;

        public Latencies Latencies { get; } = new();
        public long Decisions { get; private set; }
        public long Answers { get; private set; }
        public long Unexpected { get; private set; }

        public async Task RunAsync(long start, long end, bool alwaysYes)
        {
            (_start, _end) = (start, end);
            var expected = workload is Workload.Spread or Workload.Register || alwaysYes;
            for (var key = index; ; key = key + connections < keys ? key + connections : index)
            {
                var client = Interlocked.Increment(ref s_clients);
                var goesOn = await SendAsync(Registers(workload) ? _register.Of(client, key) : _publish.Of(client, key), expected, isDecision: true);
                if (workload == Workload.Spread)
                {
                    // Also when the time is over: the next row must find the key free.
                    goesOn &= await SendAsync(_unpublish.Of(client, key), true, isDecision: false);
                }

                if (!goesOn)
                {
                    return;
                }
            }
        }

        /// <returns>False when the time is over.</returns>
        private async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> request, bool expected, bool isDecision)
        {
            var sent = Stopwatch.GetTimestamp();
            var answer = await connection.SendAsync(request);
            var now = Stopwatch.GetTimestamp();
            if (now >= _end)
            {
                return false;
            }

            if (now >= _start)
            {
                Answers++;
                Decisions += isDecision ? 1 : 0;
                Unexpected += answer == expected ? 0 : 1;
                if (isDecision)
                {
                    Latencies.Add(now - sent);
                }
            }

            return true;
        }
    }
}
