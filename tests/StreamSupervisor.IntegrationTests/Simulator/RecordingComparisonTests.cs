using System.Text.Json;

namespace StreamSupervisor.IntegrationTests.Simulator;

public sealed class RecordingComparisonTests
{
    private const string Recorded = """{"code":0,"streams":[{"id":"vid-1","cid":"aaaaaaaa","frames":0,"recv_bytes":5,"active":true}]}""";

    [Theory]
    [InlineData("""{"code":0,"streams":[{"id":"vid-9","cid":"bbbbbbbb","frames":0,"recv_bytes":7,"active":true}]}""", true)]
    [InlineData("""{"streams":[{"id":"vid-9","cid":"bbbbbbbb","frames":0,"recv_bytes":7,"active":true}],"code":0}""", false)]
    [InlineData("""{"code":"0","streams":[{"id":"vid-9","cid":"bbbbbbbb","frames":0,"recv_bytes":7,"active":true}]}""", false)]
    [InlineData("""{"code":0,"streams":[{"id":"vid-9","cid":"bbbbbbbb","frames":3,"recv_bytes":7,"active":true}]}""", false)]
    [InlineData("""{"code":0,"streams":[{"id":"vid-9","cid":"bbbbbbbb","frames":0,"recv_bytes":"7","active":true}]}""", false)]
    [InlineData("""{"code":0,"streams":[{"id":"vid-9","cid":"bbbbbbbb","frames":0,"recv_bytes":7,"active":false}]}""", false)]
    [InlineData("""{"code":0,"streams":[{"id":"vid-9","cid":"cccccccc","frames":0,"recv_bytes":7,"active":true}]}""", false)]
    [InlineData("""{"code":0,"streams":[{"id":"vid-9","frames":0,"recv_bytes":7,"active":true}]}""", false)]
    [InlineData("""{"code":0,"streams":[]}""", false)]
    public void Order_kinds_values_and_ids_must_agree_and_bytes_need_not(string simulated, bool agrees)
    {
        var comparison = new RecordingComparison();
        comparison.Bind("aaaaaaaa", "bbbbbbbb");
        using var recorded = JsonDocument.Parse(Recorded);
        using var actual = JsonDocument.Parse(simulated);
        comparison.Json("x", recorded.RootElement, actual.RootElement);
        if (agrees)
        {
            comparison.ShouldHaveFoundNothing();
        }
        else
        {
            Should.Throw<ShouldAssertException>(comparison.ShouldHaveFoundNothing);
        }
    }
}
