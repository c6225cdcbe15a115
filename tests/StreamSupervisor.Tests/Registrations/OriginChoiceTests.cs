using StreamSupervisor.Actors.Origins;
using System.Text;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Registrations;

namespace StreamSupervisor.Tests.Registrations;

public sealed class OriginChoiceTests
{
    private static OriginLoad Origin(string name, int streams = 0, OriginHealth health = OriginHealth.Up, long bytes = 0, double cpu = 0) =>
        new(name, $"rtmp://{name}/{{app}}/{{stream}}", health, streams, bytes, cpu);

    private static string Order(string? wished, string? last, string[] drained, string[] wedged, params OriginLoad[] origins) =>
        string.Join(' ', OriginChoice.Order(origins, wished, last, drained.ToHashSet(), wedged).Select(o => o.Name));

    [Fact]
    public void The_least_loaded_comes_first_by_streams_then_bytes_then_processor() =>
        Order(null, null, [], [], Origin("a", 3), Origin("b", 1, bytes: 9), Origin("c", 1, bytes: 2, cpu: 50), Origin("d", 1, bytes: 2, cpu: 5)).ShouldBe("d c b");

    [Fact]
    public void A_busy_node_comes_after_those_that_are_not_however_few_streams_it_has() =>
        Order(null, null, [], [], Origin("a", 1, cpu: 85), Origin("b", 7, cpu: 79)).ShouldBe("b a");

    [Fact]
    public void The_node_that_had_the_stream_goes_before_load_and_a_wish_before_that()
    {
        Order(null, "a", [], [], Origin("a", 90), Origin("b")).ShouldBe("a b");
        Order("c", "a", [], [], Origin("a", 90), Origin("b"), Origin("c", 99)).ShouldBe("c a b");
    }

    [Fact]
    public void A_node_that_is_down_drained_or_wedged_is_never_given_not_even_on_a_wish() =>
        Order("a", "b", ["b"], ["c"], Origin("a", health: OriginHealth.Down), Origin("b"), Origin("c"), Origin("d", 50)).ShouldBe("d");

    [Fact]
    public void A_suspect_node_is_better_than_none() =>
        (Order(null, "a", [], [], Origin("a", health: OriginHealth.Suspect), Origin("b", 5)), Order(null, null, [], [], Origin("a", health: OriginHealth.Suspect)))
            .ShouldBe(("b", "a"));

    [Theory]
    [InlineData("rtmp://h/{app}/{stream}", "live/cam1", "rtmp://h/live/cam1?q=1")]
    [InlineData("rtmp://h/{app}/{stream}", "video.example/live/cam1", "rtmp://h/live/cam1?vhost=video.example&q=1")]
    [InlineData("rtmp://{vhost}/{app}/{stream}", "video.example/live/cam1", "rtmp://video.example/live/cam1?q=1")]
    [InlineData("http://h:1985/rtc/v1/whip/?app={app}&stream={stream}", "live/cam1", "http://h:1985/rtc/v1/whip/?app=live&stream=cam1&q=1")]
    [InlineData("srt://h:10080?streamid=#!::r={app}/{stream}?{query},m=publish", "live/cam1", "srt://h:10080?streamid=#!::r=live/cam1?q=1,m=publish")]
    public void Addresses_come_from_the_template(string template, string key, string expected) =>
        PublishAddress.Make(template, StreamKey.Parse(key), "q=1").ShouldBe(expected);

    [Fact]
    public void Without_a_template_the_host_of_the_api_is_taken() =>
        PublishAddress.DefaultTemplate("http://10.0.0.5:1985/").ShouldBe("rtmp://10.0.0.5/{app}/{stream}");

    [Fact]
    public void An_id_leads_any_member_to_its_key_and_nonsense_leads_nowhere()
    {
        var key = StreamKey.Parse("video.example/大厅/cam 1");
        var id = RegistrationName.Make(key);
        RegistrationName.TryRead(id, out var read).ShouldBeTrue();
        read.ShouldBe(key);
        RegistrationName.Make(key).ShouldNotBe(id);
        foreach (var nonsense in new[] { "", ".", "x", "!!.00", id[..3] + ".00", new string('a', 100_000) + ".0" })
        {
            RegistrationName.TryRead(nonsense, out _).ShouldBeFalse(nonsense.Length > 20 ? "long" : nonsense);
        }
    }

    [Fact]
    public void A_heartbeat_names_the_process_and_how_busy_it_is()
    {
        HeartbeatHeard? Read(string json) => HeartbeatEndpoint.Read("srs-1", Encoding.UTF8.GetBytes(json));
        Read("""{"device_id":"d","ip":"10.0.0.5","server":"vid-1","service":"s1","pid":"7","summaries":{"code":0,"data":{"self":{"cpu_percent":0.125},"system":{"conn_srs":40}}}}""")
            .ShouldBe(new HeartbeatHeard("srs-1", "vid-1", "s1", 12.5));
        Read("""{"device_id":"d","ip":"10.0.0.5"}""").ShouldBe(new HeartbeatHeard("srs-1", "", "", null));
        foreach (var nonsense in new[] { "", "[]", "7", "{\"server\":", "{\"summaries\":{\"data\":[]}}x" })
        {
            Read(nonsense).ShouldBeNull();
        }

        Read("""{"server":7,"summaries":{"data":{"self":{"cpu_percent":1e999}}}}""").ShouldBe(new HeartbeatHeard("srs-1", "", "", null));
    }
}
