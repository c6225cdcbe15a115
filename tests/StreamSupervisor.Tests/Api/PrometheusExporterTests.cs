using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamSupervisor.Server.Management;
using StreamSupervisor.TestKit.Metrics;

namespace StreamSupervisor.Tests.Api;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Meter _meter = new(Guid.NewGuid().ToString());
    private readonly PrometheusExporter _exporter;

    public PrometheusExporterTests() => _exporter = new PrometheusExporter([_meter.Name]);

    [Fact]
    public void Every_kind_of_instrument_is_written_as_prometheus_reads_it()
    {
        var answers = _meter.CreateCounter<long>("hook.answers", description: "Answers to hooks.\nBy \\ verdict.");
        answers.Add(2, new("verdict", "yes"), new("hook", "on_publish"));
        answers.Add(1, new("hook", "on_publish"), new("verdict", "yes"));
        answers.Add(5, new("hook", "on_\"x\"\\\n"), new("verdict", null));
        _meter.CreateUpDownCounter<int>("held").Add(-3);
        _meter.CreateObservableGauge("streams", () => new[] { new Measurement<int>(4, new KeyValuePair<string, object?>("state", "live")) });
        _meter.CreateObservableCounter("read", () => 7.5, unit: "By");
        var latency = _meter.CreateHistogram("kick.latency", unit: "s", description: null, tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1] });
        latency.Record(0.01);
        latency.Record(0.05);
        latency.Record(3);

        _exporter.Scrape().ShouldBe(
            """
            # TYPE held gauge
            held -3
            # HELP hook_answers_total Answers to hooks.\nBy \\ verdict.
            # TYPE hook_answers_total counter
            hook_answers_total{hook="on_\"x\"\\\n",verdict=""} 5
            hook_answers_total{hook="on_publish",verdict="yes"} 3
            # TYPE kick_latency_seconds histogram
            # UNIT kick_latency_seconds seconds
            kick_latency_seconds_bucket{le="0.01"} 1
            kick_latency_seconds_bucket{le="0.1"} 2
            kick_latency_seconds_bucket{le="+Inf"} 3
            kick_latency_seconds_sum 3.06
            kick_latency_seconds_count 3
            # TYPE read_bytes_total counter
            # UNIT read_bytes_total bytes
            read_bytes_total 7.5
            # TYPE streams gauge
            streams{state="live"} 4

            """);
    }

    [Fact]
    public void The_same_in_open_metrics_for_those_who_ask_for_it()
    {
        _meter.CreateCounter<long>("answers", description: "Answers \"yes\".").Add(2);
        _meter.CreateObservableCounter("read", () => 7.5, unit: "By");
        _meter.CreateObservableGauge("streams", () => 4);
        var latency = _meter.CreateHistogram("latency", unit: "s", description: null, tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        latency.Record(3);

        _exporter.Scrape(openMetrics: true).ShouldBe(
            """
            # HELP answers Answers \"yes\".
            # TYPE answers counter
            answers_total 2
            # TYPE latency_seconds histogram
            # UNIT latency_seconds seconds
            latency_seconds_bucket{le="0.5"} 0
            latency_seconds_bucket{le="1.0"} 0
            latency_seconds_bucket{le="+Inf"} 1
            latency_seconds_sum 3
            latency_seconds_count 1
            # TYPE read_bytes counter
            # UNIT read_bytes bytes
            read_bytes_total 7.5
            # TYPE streams gauge
            streams 4
            # EOF

            """);
    }

    [Fact]
    public void A_bucket_names_the_trace_of_one_that_fell_into_it()
    {
        using var source = new ActivitySource(_meter.Name);
        using var listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name == _meter.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        var latency = _meter.CreateHistogram("latency", unit: null, description: null, tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] });
        latency.Record(0.5);
        string trace;
        using (var span = source.StartActivity("hook"))
        {
            latency.Record(3);
            trace = span!.TraceId.ToHexString();
        }

        var lines = _exporter.Scrape(openMetrics: true).Split('\n');
        lines.ShouldContain("latency_bucket{le=\"1.0\"} 1");
        lines.ShouldContain(line => line.StartsWith($"latency_bucket{{le=\"+Inf\"}} 2 # {{trace_id=\"{trace}\"}} 3 ", StringComparison.Ordinal));
        _exporter.Scrape().ShouldNotContain(trace, Case.Insensitive, "the text format has no place for it");
    }

    [Fact]
    public void A_label_that_a_stranger_chooses_does_not_fill_the_memory()
    {
        var counter = _meter.CreateCounter<long>("attempts");
        for (var number = 0; number < 10_000; number++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("key", $"live/{number}"));
        }

        var lines = _exporter.Scrape().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(1 + PrometheusExporter.MaxSeries + 1);
        lines[^1].ShouldBe($"attempts_total{{overflow=\"true\"}} {10_000 - PrometheusExporter.MaxSeries}");
    }

    [Fact]
    public void An_observable_series_that_is_named_no_more_is_gone()
    {
        var states = new List<string> { "live", "idle" };
        _meter.CreateObservableGauge("streams", () => states.Select(state => new Measurement<int>(1, new KeyValuePair<string, object?>("state", state))).ToArray());
        _exporter.Scrape().ShouldContain("idle");
        states.Remove("idle");
        _exporter.Scrape().ShouldNotContain("idle");
    }

    [Fact]
    public void A_callback_that_throws_takes_no_other_instrument_with_it()
    {
        _meter.CreateObservableGauge("broken", int () => throw new InvalidOperationException("x"));
        _meter.CreateObservableGauge("whole", () => 1);
        _exporter.Scrape().ShouldContain("whole 1");
    }

    [Fact]
    public void What_is_no_number_spoils_no_sum()
    {
        var latency = _meter.CreateHistogram<double>("latency", "s", "How long.");
        var counter = _meter.CreateCounter<double>("work", description: "How much.");
        foreach (var value in new[] { 0.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1 })
        {
            latency.Record(value);
            counter.Add(value);
        }

        _meter.CreateObservableGauge("unknown", () => double.NaN, description: "Nobody knows.");

        var page = PrometheusPage.Parse(_exporter.Scrape());
        page.Single(family => family.Name == "latency_seconds").Samples.Single(sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal)).Value.ShouldBe(0.5);
        page.Single(family => family.Name == "work_total").Samples.Single().Value.ShouldBe(0.5);
        page.Single(family => family.Name == "unknown").Samples.Single().Value.ShouldBe(double.NaN);
    }

    [Fact]
    public void Labels_that_become_one_name_and_names_of_the_format_itself_make_no_page_that_a_scraper_refuses()
    {
        _meter.CreateHistogram<double>("latency", "s").Record(1, new("le", "mine"), new("a.b", 1), new("a_b", 2), new("__name__", "x"), new("9", "digit"));

        var sample = PrometheusPage.Parse(_exporter.Scrape()).Single().Samples[^1];
        sample.Labels.ShouldBe(new Dictionary<string, string> { ["tag_le"] = "mine", ["a_b"] = "1", ["tag___name__"] = "x", ["_9"] = "digit" }, ignoreOrder: true);
    }

    [Fact]
    public void Two_instruments_of_one_name_and_two_meters_of_one_name_are_one_family()
    {
        using var twin = new Meter(_meter.Name);
        _meter.CreateCounter<long>("kicks").Add(1);
        twin.CreateCounter<long>("kicks").Add(2);
        _meter.CreateObservableGauge("streams", () => new[] { new Measurement<int>(1), new Measurement<int>(2) });
        twin.CreateObservableGauge("streams", () => 3);
        twin.CreateHistogram<double>("kicks.total").Record(1);

        var page = PrometheusPage.Parse(_exporter.Scrape());
        page.Select(family => family.Name).ShouldBe(["kicks_total", "streams"]);
        page[1].Samples.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("a 1", "a sample outside its family")]
    [InlineData("# TYPE a gauge\na 1\na 2\n", "stands twice")]
    [InlineData("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na 1\n", "the family stands twice")]
    [InlineData("# TYPE a counter\na 1\n", "_total")]
    [InlineData("# TYPE a_total counter\na_total -1\n", "less than nothing")]
    [InlineData("# TYPE a gauge\na{b=\"\\x\"} 1\n", "no sample")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n", "do not grow")]
    public void The_reader_of_these_tests_is_strict(string page, string complaint) =>
        Should.Throw<FormatException>(() => PrometheusPage.Parse(page.EndsWith('\n') ? page : page + "\n")).Message.ShouldContain(complaint);

    [Fact]
    public void Other_meters_are_not_listened_to()
    {
        using var other = new Meter(_meter.Name + ".other");
        other.CreateCounter<long>("strange").Add(1);
        _exporter.Scrape().ShouldBe("");
    }

    [Fact]
    public void Measuring_with_labels_seen_before_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("hot");
        KeyValuePair<string, object?>[] labels = [new("hook", "on_publish"), new("verdict", "yes")];
        counter.Add(1, labels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1000; turn++)
        {
            counter.Add(1, labels);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000, "less than a byte each");
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }
}
