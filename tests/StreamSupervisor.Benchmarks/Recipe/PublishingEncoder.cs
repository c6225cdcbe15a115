using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Benchmarks.Recipe;

/// <summary>What one publish came to, as its encoder sees it.</summary>
internal enum PublishResult
{
    Unknown,

    /// <summary>SRS said no, or the connection ended before it said yes.</summary>
    Refused,

    /// <summary>It was on air, and is not any more.</summary>
    Lost,

    /// <summary>It was on air as often as it should be.</summary>
    Done,
}

/// <summary>How an encoder has fared.</summary>
internal sealed class EncoderLog
{
    public List<TimeSpan> Returns { get; } = [];
    public List<TimeSpan> OnAir { get; } = [];
    public int Refused { get; set; }
    public int GaveUp { get; set; }
}

/// <summary>
/// An encoder without a will of its own: publishes once when it is told to, and loses its network after a time on air, which SRS does not notice.
/// </summary>
internal sealed class PublishingEncoder(SimulatedSrsServer srs, string address, TimeSpan stayOnAir, int rounds, EncoderLog log)
{
    public const string Stream = "cam1";
    public const string Key = $"live/{Stream}";
    public static readonly TimeSpan NetworkAway = TimeSpan.FromMilliseconds(200);

    private long _tryingSince;

    public EncoderLog Log => log;

    /// <summary>The first try after a loss begins here.</summary>
    public void BeginTry() => _tryingSince = _tryingSince == 0 ? TimeProvider.System.GetTimestamp() : _tryingSince;

    public Task<PublishResult> PublishAsync(string query, CancellationToken cancellation) => srs.RunAsync(async core =>
    {
        if (core.Connect(address) is not { } connection
            || await connection.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", Stream, query) != PublishOutcome.Started)
        {
            log.Refused++;
            return PublishResult.Refused;
        }

        var started = TimeProvider.System.GetTimestamp();
        if (log.OnAir.Count > 0)
        {
            log.Returns.Add(TimeProvider.System.GetElapsedTime(_tryingSince, started));
        }

        _tryingSince = 0;
        while (connection.IsOpen && TimeProvider.System.GetElapsedTime(started) < stayOnAir && !cancellation.IsCancellationRequested)
        {
            connection.SendMedia(32_000);
            await Task.WhenAny(connection.Closed, Task.Delay(TimeSpan.FromMilliseconds(100), cancellation));
        }

        log.OnAir.Add(TimeProvider.System.GetElapsedTime(started));
        return log.OnAir.Count > rounds ? PublishResult.Done : PublishResult.Lost;
    });
}
