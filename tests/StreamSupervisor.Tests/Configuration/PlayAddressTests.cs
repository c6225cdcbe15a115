using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Tests.Configuration;

/// <summary>Where other servers play from a server.</summary>
public class PlayAddressTests
{
    private const string Api = "http://10.0.0.5:1985";

    [Theory]
    [InlineData(null, null, "10.0.0.5:1935")]
    [InlineData(null, "rtmp://live.example/{app}/{stream}", "live.example:1935")]
    [InlineData(null, "rtmp://live.example:2935/{app}/{stream}?{query}", "live.example:2935")]
    [InlineData(null, "rtmp://{vhost}/{app}/{stream}", "10.0.0.5:1935")]
    [InlineData(null, "srt://live.example:10080?streamid={stream}", "10.0.0.5:1935")]
    [InlineData("10.0.0.9", "rtmp://live.example/{app}/{stream}", "10.0.0.9:1935")]
    [InlineData("10.0.0.9:19350", null, "10.0.0.9:19350")]
    [InlineData("origin.example:19350", null, "origin.example:19350")]
    [InlineData("[2001:db8::1]", null, "[2001:db8::1]:1935")]
    [InlineData("[2001:db8::1]:19350", null, "[2001:db8::1]:19350")]
    public void The_nearest_setting_says(string? play, string? publish, string expected) =>
        PlayAddress.Of(new OriginOptions { Api = Api, PlayAddress = play, PublishUrl = publish }).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData(":1935")]
    [InlineData("10.0.0.9:")]
    [InlineData("10.0.0.9:0")]
    [InlineData("10.0.0.9:65536")]
    [InlineData("10.0.0.9:+1")]
    [InlineData("2001:db8::1")]
    [InlineData("[2001:db8::1")]
    [InlineData("[2001:db8::1]1935")]
    [InlineData("rtmp://10.0.0.9")]
    [InlineData("10.0.0.9/live")]
    [InlineData("two words")]
    public void What_is_no_host_and_no_port_is_refused(string text) => PlayAddress.TryParse(text, out _).ShouldBeFalse();
}
