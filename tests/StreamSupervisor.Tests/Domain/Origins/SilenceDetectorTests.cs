using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Publishers whose bytes SRS samples every 3 s, as it does, at a phase of its own.</summary>
public partial class SilenceDetectorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly LookScene _scene = new();
    private readonly List<Camera> _cameras = [];
    private TimeSpan _phase;
    private TimeSpan? _samplerStuckSince;

    public SilenceDetectorTests() => _scene.StreamsNow = Rows;

    private TimeSpan? SilentAt => _scene.Told.Where(told => told.Report.Command is ReportSilent).Select(told => (TimeSpan?)told.At.Elapsed)
        .FirstOrDefault();

    [Fact]
    public void A_publisher_that_falls_silent_two_seconds_after_its_start_is_noticed_within_ten_seconds()
    {
        for (var phase = 0.0; phase < 3; phase += 0.1)
        {
            var trial = new SilenceDetectorTests { _phase = TimeSpan.FromSeconds(phase) };
            var camera = trial.Start(bytesPerSecond: 60_000);
            camera.SilentFrom = camera.StartedAt + 2 * Second;

            trial._scene.Run(TimeSpan.FromSeconds(14));

            trial.SilentAt.ShouldNotBeNull($"phase {phase:0.0}");
            var after = trial.SilentAt.Value - camera.SilentFrom.Value;
            after.ShouldBeInRange(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(10), $"phase {phase:0.0}");
        }
    }

    [Fact]
    public void The_silence_is_told_with_the_time_since_when()
    {
        var camera = Start(bytesPerSecond: 60_000);
        var start = _scene.Now.Utc;
        camera.SilentFrom = camera.StartedAt + 20 * Second;

        _scene.Run(TimeSpan.FromSeconds(35));

        var told = _scene.ToldOf<ReportSilent>().First();
        told.Session.ShouldBe(_scene.SessionOf("cam"));
        told.Since.ShouldBeInRange(start + 20 * Second, start + 24.2 * Second);
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_hides_no_silence_and_invents_none()
    {
        var camera = Start(bytesPerSecond: 60_000);
        Start(bytesPerSecond: 60_000, "other");
        camera.SilentFrom = camera.StartedAt + 10 * Second;
        _scene.Run(TimeSpan.FromSeconds(12));
        _scene.WallClockOff = -TimeSpan.FromMinutes(10);

        _scene.Run(TimeSpan.FromSeconds(10));

        (SilentAt!.Value - camera.SilentFrom.Value).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        _scene.ToldOf<ReportSilent>().Select(told => told.Session.ClientId).Distinct().ShouldBe(["cam"]);
    }

    [Theory]
    [InlineData(60_000)]
    [InlineData(700)] // a trickle of audio
    public void A_publisher_whose_bytes_move_is_never_silent(long bytesPerSecond)
    {
        Start(bytesPerSecond);
        _scene.Run(TimeSpan.FromMinutes(5));
        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_publisher_that_has_not_sent_any_media_yet_is_not_silent()
    {
        Start(bytesPerSecond: 0);
        _scene.Run(TimeSpan.FromMinutes(1));
        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_publisher_that_waited_for_its_encoder_is_not_silent_when_its_first_frame_comes(int players)
    {
        for (var after = 5.0; after < 15; after += 0.1)
        {
            var trial = new SilenceDetectorTests();
            var camera = trial.Start(bytesPerSecond: 60_000);
            trial.Start(bytesPerSecond: 60_000, "other");
            (camera.SendsFrom, camera.Players) = (camera.StartedAt + after * Second, players);

            for (var i = 0; i < 40; i++)
            {
                trial._scene.Run(0.5 * Second);
                trial._scene.Silence.IsSilent(trial._scene.SessionOf("cam"), 1, trial._scene.Elapsed).ShouldBe(Silence.No, $"{after:0.0} s");
            }

            trial._scene.ToldOf<ReportSilent>().ShouldBeEmpty($"{after:0.0} s");
        }
    }

    [Fact]
    public void A_publisher_that_falls_silent_after_a_late_first_frame_is_noticed_as_soon_as_any()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.SendsFrom = camera.StartedAt + 8 * Second;
        camera.SilentFrom = camera.StartedAt + 10 * Second;

        _scene.Run(TimeSpan.FromSeconds(24));

        (SilentAt!.Value - camera.SilentFrom.Value).ShouldBeInRange(6 * Second, 10 * Second);
    }

    [Fact]
    public void A_trickle_that_stops_is_silent_where_the_row_says_that_media_had_come()
    {
        var camera = Start(bytesPerSecond: 80);
        camera.SaysWhetherMediaCame = true;
        camera.SilentFrom = camera.StartedAt + 2 * Second;

        _scene.Run(TimeSpan.FromSeconds(14));

        _scene.ToldOf<ReportSilent>().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void A_publisher_by_WebRTC_that_falls_silent_is_noticed_though_no_row_says_that_media_came(int players)
    {
        for (var phase = 0.0; phase < 5; phase += 0.25)
        {
            var trial = new SilenceDetectorTests { _phase = TimeSpan.FromSeconds(phase) };
            var camera = trial.Start(bytesPerSecond: 60_000, countedEvery: 5 * Second);
            (camera.SaysWhetherMediaCame, camera.Players) = (false, players);
            camera.SilentFrom = camera.StartedAt + 20 * Second;

            trial._scene.Run(TimeSpan.FromSeconds(40));

            trial.SilentAt.ShouldNotBeNull($"phase {phase:0.00}");
            (trial.SilentAt.Value - camera.SilentFrom.Value).ShouldBeInRange(5 * Second, 12 * Second, $"phase {phase:0.00}");
        }
    }

    [Fact]
    public void A_row_that_counts_on_from_the_publisher_before_says_nothing_of_this_one()
    {
        var camera = Start(bytesPerSecond: 60_000);
        (camera.SaysWhetherMediaCame, camera.CountedBefore) = (false, 5_000_000);
        camera.SilentFrom = camera.StartedAt;

        _scene.Run(TimeSpan.FromSeconds(30));

        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void Many_words_are_no_media_where_the_row_says_that_none_has_come()
    {
        var camera = Start(bytesPerSecond: 60_000); // a token of many kilobytes, in every command
        camera.SaysWhetherMediaCame = false;
        camera.SilentFrom = camera.StartedAt + Second;

        _scene.Run(TimeSpan.FromSeconds(30));

        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void Players_that_come_and_go_do_not_hide_a_silent_publisher()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.Players = 50;
        camera.SilentFrom = camera.StartedAt + 20 * Second;

        _scene.Run(TimeSpan.FromSeconds(40));

        (SilentAt!.Value - camera.SilentFrom.Value).ShouldBeLessThan(TimeSpan.FromSeconds(11));
    }

    [Fact]
    public void Players_make_no_living_publisher_silent()
    {
        Start(bytesPerSecond: 60_000).Players = 50;
        _scene.Run(TimeSpan.FromMinutes(3));
        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void With_the_watch_switched_off_looks_are_as_rare_as_sweeps()
    {
        var scene = new LookScene(TimeSpan.Zero);
        scene.Publish(LookScene.Key, "cam", 900_000);
        scene.Believe(LookScene.Key, "cam");

        scene.Run(TimeSpan.FromSeconds(52));

        scene.Told.ShouldBeEmpty();
        scene.CountOf("streams").ShouldBe(11);
    }

    [Fact]
    public void A_second_publish_of_one_connection_has_a_clock_of_its_own()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.SilentFrom = camera.StartedAt + 3 * Second;
        _scene.Run(TimeSpan.FromSeconds(7));
        _scene.Believe(camera.Key, "cam", generation: 2);

        _scene.Run(TimeSpan.FromSeconds(4));

        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
    }

    [Fact]
    public void A_client_that_has_gone_when_it_is_asked_last_is_missing_and_not_silent()
    {
        var camera = Start(bytesPerSecond: 60_000);
        camera.SilentFrom = camera.StartedAt + 2 * Second;
        camera.ClientIsGone = true;

        _scene.Run(TimeSpan.FromSeconds(14));

        _scene.ToldOf<ReportSilent>().ShouldBeEmpty();
        _scene.ToldOf<ReportPublisherMissing>().ShouldNotBeEmpty();
    }

    private Camera Start(long bytesPerSecond, string name = "cam", TimeSpan? countedEvery = null)
    {
        var key = StreamKey.Parse($"live/{name}");
        var camera = new Camera(key, name, _scene.Elapsed, bytesPerSecond) { CountedEvery = countedEvery ?? 3 * Second };
        _cameras.Add(camera);
        _scene.Publish(key, name);
        _scene.Believe(key, name);
        return camera;
    }

    private List<StreamRow> Rows()
    {
        var rows = new List<StreamRow>();
        foreach (var camera in _cameras)
        {
            var sample = LastSample(camera.CountedEvery);
            var bytes = camera.BytesAt(sample);
            var seconds = (long)Math.Max(0, (sample - camera.StartedAt).TotalSeconds);
            var players = camera.Players == 0 ? 0 : seconds * 3_500; // one joins each second
            var row = new StreamRow($"vid-{camera.Name}", StreamKey.DefaultVhost, "live", camera.Name, Active: true, camera.Name,
                bytes + players + camera.CountedBefore, 1 + camera.Players);
            rows.Add(row with { HasMedia = camera.SendsFrom is { } sends ? _scene.Elapsed >= sends : camera.SaysWhetherMediaCame });
            if (camera.ClientIsGone)
            {
                _scene.Clients.Remove(camera.Name);
            }
            else
            {
                _scene.Clients[camera.Name] = _scene.Clients[camera.Name] with { ReceivedBytes = bytes };
            }
        }

        return rows;
    }

    private TimeSpan LastSample(TimeSpan every)
    {
        var start = TimeSpan.FromDays(3) - every + _phase;
        var now = _samplerStuckSince ?? _scene.Elapsed;
        return start + Math.Floor((now - start) / every) * every;
    }

    private sealed class Camera(StreamKey key, string name, TimeSpan startedAt, long bytesPerSecond)
    {
        public StreamKey Key => key;
        public string Name => name;
        public TimeSpan StartedAt => startedAt;
        public TimeSpan? SilentFrom { get; set; }

        /// <summary>Its first frame, which the row shows at once, and the bytes with the next sample.</summary>
        public TimeSpan? SendsFrom { get; set; }
        public int Players { get; set; }

        /// <summary>SRS counts what comes by WebRTC every 5 s.</summary>
        public TimeSpan CountedEvery { get; init; } = 3 * Second;
        public bool? SaysWhetherMediaCame { get; set; }
        public bool ClientIsGone { get; set; }

        /// <summary>What the row has from those who published the stream before.</summary>
        public long CountedBefore { get; set; }

        public long BytesAt(TimeSpan time)
        {
            var until = SilentFrom is { } silent && silent < time ? silent : time;
            var from = SendsFrom ?? StartedAt;
            return until <= StartedAt ? 0 : 3_480 + (long)(Math.Max(0, (until - from).TotalSeconds) * bytesPerSecond);
        }
    }
}
