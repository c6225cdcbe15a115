using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Sweeping;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Tests.Srs;

namespace StreamSupervisor.Tests.Sweeping;

/// <summary>Publishers whose bytes SRS samples every 3 s, as it does, at a phase of its own.</summary>
public class SilenceWatchTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly SrsScene _scene = new();
    private readonly List<Camera> _cameras = [];
    private TimeSpan _phase;
    private DateTimeOffset? _samplerStuckSince;
    private DateTimeOffset? _silentAt;
    private SweepOptions _options = new();

    public SilenceWatchTests()
    {
        _scene.Srs.StreamsNow = Rows;
        _scene.Srs.SampleAge = Second;
        _scene.Region.OnTell = (_, command) => _silentAt ??= command is ReportSilent ? _scene.Time.GetUtcNow() : (DateTimeOffset?)null;
    }

    [Fact]
    public void A_publisher_that_falls_silent_two_seconds_after_its_start_is_noticed_within_ten_seconds()
    {
        for (var phase = 0.0; phase < 3; phase += 0.1)
        {
            var trial = new SilenceWatchTests { _phase = TimeSpan.FromSeconds(phase), _options = new SweepOptions { SilenceLook = Second / 2 } };
            var camera = trial.Start(bytesPerSecond: 60_000);
            camera.SilentFrom = camera.StartedAt + 2 * Second;

            trial.Run(TimeSpan.FromSeconds(14));

            trial._silentAt.ShouldNotBeNull($"phase {phase:0.0}");
            (trial._silentAt.Value - camera.SilentFrom.Value).ShouldBeInRange(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(10), $"phase {phase:0.0}");
        }
    }

    [Fact]
    public void The_silence_is_told_with_the_time_since_when()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.SilentFrom = camera.StartedAt + 20 * Second;

        Run(TimeSpan.FromSeconds(35));

        var told = _scene.Region.ToldOf<ReportSilent>().First();
        told.Session.ShouldBe(_scene.SessionOf("cam"));
        told.Since.ShouldBeInRange(camera.SilentFrom.Value, camera.SilentFrom.Value + 4.2 * Second);
    }

    [Theory]
    [InlineData(60_000)]
    [InlineData(700)] // a trickle of audio
    public void A_publisher_whose_bytes_move_is_never_silent(long bytesPerSecond)
    {
        Start(bytesPerSecond);
        Run(TimeSpan.FromMinutes(5));
        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_publisher_that_has_not_sent_any_media_yet_is_not_silent()
    {
        Start(bytesPerSecond: 0);
        Run(TimeSpan.FromMinutes(1));
        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_trickle_that_stops_is_silent_where_the_row_says_that_media_had_come()
    {
        var camera = Start(bytesPerSecond: 80);
        camera.SaysWhetherMediaCame = true;
        camera.SilentFrom = camera.StartedAt + 2 * Second;

        Run(TimeSpan.FromSeconds(14));

        _scene.Region.ToldOf<ReportSilent>().ShouldNotBeEmpty();
    }

    [Fact]
    public void Many_words_are_no_media_where_the_row_says_that_none_has_come()
    {
        var camera = Start(bytesPerSecond: 60_000); // a token of many kilobytes, in every command
        camera.SaysWhetherMediaCame = false;
        camera.SilentFrom = camera.StartedAt + Second;

        Run(TimeSpan.FromSeconds(30));

        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_node_that_could_not_be_looked_at_makes_nobody_silent()
    {
        Start(bytesPerSecond: 60_000);
        for (var i = 0; i < 10; i++)
        {
            // Frozen for 7 s, and its sampler with it: the bytes are the old ones when it answers again.
            Run(TimeSpan.FromSeconds(5.3));
            _scene.Srs.Reachable = false;
            _samplerStuckSince = _scene.Time.GetUtcNow();
            Run(TimeSpan.FromSeconds(7));
            _scene.Srs.Reachable = true;
            Run(TimeSpan.FromSeconds(2.4));
            _samplerStuckSince = null;
        }

        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_sampler_that_stands_still_while_the_api_answers_makes_nobody_silent()
    {
        Start(bytesPerSecond: 60_000);
        Run(TimeSpan.FromSeconds(10));
        _samplerStuckSince = _scene.Time.GetUtcNow();
        _scene.Srs.SampleAge = TimeSpan.FromSeconds(25); // it waits for the answer to its heartbeat

        Run(TimeSpan.FromSeconds(30));

        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void Where_other_streams_move_nobody_asks_whether_the_sampler_runs()
    {
        Start(bytesPerSecond: 60_000, "other");
        var camera = Start(bytesPerSecond: 60_000);
        camera.SilentFrom = camera.StartedAt + 3 * Second;

        Run(TimeSpan.FromSeconds(20));

        _scene.Region.ToldOf<ReportSilent>().Select(told => told.Session.ClientId).Distinct().ShouldBe(["cam"]);
        _scene.Srs.CountOf("summaries").ShouldBe(0);
    }

    [Fact]
    public void Players_that_come_and_go_do_not_hide_a_silent_publisher()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.Players = 50;
        camera.SilentFrom = camera.StartedAt + 20 * Second;

        Run(TimeSpan.FromSeconds(40));

        (_silentAt!.Value - camera.SilentFrom.Value).ShouldBeLessThan(TimeSpan.FromSeconds(11));
    }

    [Fact]
    public void Players_make_no_living_publisher_silent()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.Players = 50;
        Run(TimeSpan.FromMinutes(3));
        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void With_the_watch_switched_off_nobody_is_silent_and_looks_are_as_rare_as_sweeps()
    {
        _options = new SweepOptions { SilenceLook = TimeSpan.Zero };
        var camera = Start(bytesPerSecond: 60_000);
        camera.SilentFrom = camera.StartedAt + 2 * Second;

        Run(TimeSpan.FromSeconds(52));

        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
        _scene.Srs.CountOf("streams").ShouldBe(11);
    }

    [Fact]
    public void A_second_publish_of_one_connection_has_a_clock_of_its_own()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.SilentFrom = camera.StartedAt + 3 * Second;
        Run(TimeSpan.FromSeconds(7));
        _scene.Directory.Changed("__defaultVhost__/live/cam", new LiveStreamState
        {
            Key = camera.Key,
            Generation = 2,
            Session = new Session(_scene.PublisherOf("cam"), 2, _scene.Time.GetUtcNow(), null, Confirmed: true, Adopted: false, SilentSince: null),
        });

        Run(TimeSpan.FromSeconds(4));

        _scene.Region.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    private Camera Start(long bytesPerSecond, string name = "cam")
    {
        var key = StreamKey.Parse($"live/{name}");
        var camera = new Camera(key, name, _scene.Time.GetUtcNow(), bytesPerSecond);
        _cameras.Add(camera);
        _scene.Srs.Publish(key, name);
        _scene.Believe(key, name, since: _scene.Time.GetUtcNow());
        return camera;
    }

    private void Run(TimeSpan time)
    {
        _sweeper ??= new Sweeper(_scene.Origin, _scene.Directory, _scene.Region, _scene.Rules, _options, _scene.Time, NullLogger<Sweeper>.Instance);
        if (!_running)
        {
            _running = true;
            _scene.Scheduler.Inside(() => _sweeper.RunAsync(CancellationToken.None));
        }

        _scene.Scheduler.RunFor(time);
    }

    private Sweeper? _sweeper;
    private bool _running;

    private List<SrsStream> Rows()
    {
        var rows = new List<SrsStream>();
        var sample = LastSample();
        foreach (var camera in _cameras)
        {
            var bytes = camera.BytesAt(sample);
            var seconds = (long)Math.Max(0, (sample - camera.StartedAt).TotalSeconds);
            var players = camera.Players == 0 ? 0 : seconds * 3_500; // one joins each second
            rows.Add(new SrsStream($"vid-{camera.Name}", StreamKey.DefaultVhost, "live", camera.Name, true, camera.Name, bytes + players, 1 + camera.Players)
            {
                HasMedia = camera.SaysWhetherMediaCame,
            });
            _scene.Srs.Clients[camera.Name] = _scene.Srs.Clients[camera.Name] with { ReceivedBytes = bytes };
        }

        return rows;
    }

    private DateTimeOffset LastSample()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) - 3 * Second + _phase;
        var now = _samplerStuckSince ?? _scene.Time.GetUtcNow();
        return start + Math.Floor((now - start) / (3 * Second)) * (3 * Second);
    }

    private sealed class Camera(StreamKey key, string name, DateTimeOffset startedAt, long bytesPerSecond)
    {
        public StreamKey Key => key;
        public string Name => name;
        public DateTimeOffset StartedAt => startedAt;
        public DateTimeOffset? SilentFrom { get; set; }
        public int Players { get; set; }
        public bool? SaysWhetherMediaCame { get; set; }

        public long BytesAt(DateTimeOffset time)
        {
            var until = SilentFrom is { } silent && silent < time ? silent : time;
            return until <= StartedAt ? 0 : 3_480 + (long)((until - StartedAt).TotalSeconds * bytesPerSecond);
        }
    }
}
