using StreamSupervisor.Client;
using StreamSupervisor.Agent;

namespace StreamSupervisor.Tests.Client;

/// <summary>The lines are what ffmpeg 5.1 printed when it was made to fail in these ways.</summary>
public sealed class PublishLossClassifierTests
{
    private const string Url = "rtmp://127.0.0.1:1935/live/x?registration=v1.a.b";

    [Theory]
    [InlineData(LossKind.Network, 1, "[rtmp @ 0x55] Cannot open connection tcp://127.0.0.1:1935?tcp_nodelay=0", "rtmp://127.0.0.1:1935/live/x?…: Connection refused")]
    [InlineData(LossKind.Network, 1, "[tcp @ 0x55] Failed to resolve hostname no.such.host: Name or service not known")]
    [InlineData(LossKind.Network, 1, "av_interleaved_write_frame(): Broken pipe", "Error writing trailer of rtmp://127.0.0.1:1935/live/x?…: Broken pipe")]
    [InlineData(LossKind.Network, 1, "av_interleaved_write_frame(): Connection reset by peer", "Conversion failed!")]
    [InlineData(LossKind.Network, 1, "Error writing trailer of rtmp://127.0.0.1:1935/live/x?…: Error number -10054 occurred")]
    [InlineData(LossKind.Temporary, 1, "rtmp://127.0.0.1:1935/live/x?…: Input/output error")]
    [InlineData(LossKind.Temporary, 1, "[rtmp @ 0x55] Server error: Already publishing", "rtmp://127.0.0.1:1935/live/x?…: Operation not permitted")]
    [InlineData(LossKind.Permanent, 1, "[https @ 0x55] HTTP error 403 Forbidden", "https://srs/whip: Server returned 403 Forbidden (access denied)")]
    [InlineData(LossKind.Permanent, 1, "Unknown encoder 'nocodec'")]
    [InlineData(LossKind.Permanent, 1, "Unrecognized option 'nope'.", "Error splitting the argument list: Option not found")]
    [InlineData(LossKind.Permanent, 127)]
    [InlineData(LossKind.Ours, 1, "/nope.mp4: No such file or directory")]
    [InlineData(LossKind.Ours, 1, "rtsp://camera/stream: Connection refused")]
    [InlineData(LossKind.Ours, 1, "/dev/video0: Device or resource busy")]
    [InlineData(LossKind.Ours, 1, "x.mp4: Invalid data found when processing input")]
    [InlineData(LossKind.Ours, 137, "frame=  100 fps= 25")]
    [InlineData(LossKind.Ours, 139)]
    [InlineData(LossKind.Ours, 3, "whatever")]
    public void The_last_thing_that_an_encoder_complains_of_says_whose_fault_it_was(LossKind expected, int exitCode, params string[] lines)
    {
        var end = PublishLossClassifier.Classify(exitCode, lines, Url);
        end.Finished.ShouldBeFalse();
        end.Kind.ShouldBe(expected, end.Text);
        end.Text.ShouldNotBeEmpty();
        end.TextZh.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void An_encoder_that_ends_with_zero_has_finished_whatever_it_said() =>
        PublishLossClassifier.Classify(0, ["Connection refused"], Url).Finished.ShouldBeTrue();
}
