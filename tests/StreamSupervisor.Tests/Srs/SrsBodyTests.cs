using System.Text;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Srs;

public class SrsBodyTests
{
    private const int OneMegabyte = 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(3 * OneMegabyte)]
    public async Task A_body_of_unknown_length_is_read_whole(int length)
    {
        var sent = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        using var received = new StreamContent(new UnseekableStream(sent));
        received.Headers.ContentLength.ShouldBeNull();
        using var body = await SrsBody.ReadAsync(received, 4 * OneMegabyte, CancellationToken.None);
        body.Bytes.SequenceEqual(sent).ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_long_is_cut_off_whether_it_says_its_length_or_not(bool says)
    {
        using HttpContent exact = says ? new ByteArrayContent(new byte[5000]) : new StreamContent(new UnseekableStream(new byte[5000]));
        using var body = await SrsBody.ReadAsync(exact, 5000, CancellationToken.None);
        body.Bytes.Length.ShouldBe(5000);

        using HttpContent longer = says ? new ByteArrayContent(new byte[5001]) : new StreamContent(new UnseekableStream(new byte[5001]));
        (await Should.ThrowAsync<HttpRequestException>(() => SrsBody.ReadAsync(longer, 5000, CancellationToken.None)))
            .HttpRequestError.ShouldBe(HttpRequestError.ConfigurationLimitExceeded);
    }

    [Theory]
    [InlineData("x", "x")]
    [InlineData("\u00ff", "\ufffd")] // sent as one byte, which is no UTF-8
    public void A_page_is_read_without_large_objects_also_where_it_must_be_repaired(string sent, string name)
    {
        var page = Encoding.Latin1.GetBytes(
            $$"""{"code":0,"streams":[{"name":"{{sent}}","tcUrl":"{{new string('x', OneMegabyte)}}"}]}""");
        NameIn(page).ShouldBe(name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        NameIn(page).ShouldBe(name);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(OneMegabyte / 4);
    }

    private static string NameIn(byte[] page)
    {
        using var received = new ByteArrayContent(page);
        using var body = SrsBody.ReadAsync(received, 4 * OneMegabyte, CancellationToken.None).GetAwaiter().GetResult();
        return new SrsJsonSerializer().FromHttpContentAsync<StreamsWire>(body).GetAwaiter().GetResult()!.Streams!.Single().Name;
    }

    /// <summary>As from the network: without a length, and in small pieces.</summary>
    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1000)], cancellationToken);
    }
}
