using StreamSupervisor.Domain;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Srs;

public class SrsUrlTests
{
    [Theory]
    [InlineData("/live/cam1", "__defaultVhost__/live/cam1")]
    [InlineData("/app/inst/c3", "__defaultVhost__/app/inst/c3")]
    [InlineData("video.example/live/c2", "video.example/live/c2")]
    public void The_url_of_a_client_names_its_key(string url, string key)
    {
        SrsUrl.KeyOf(url).ShouldBe(StreamKey.Parse(key));
        SrsUrl.Of(StreamKey.Parse(key)).ShouldBe(url);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/live")]
    [InlineData("//")]
    public void A_url_without_a_stream_names_none(string url) => SrsUrl.KeyOf(url).ShouldBeNull();
}
