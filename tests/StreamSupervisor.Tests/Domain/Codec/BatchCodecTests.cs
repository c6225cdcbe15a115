using System.Text;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.Codec;

public sealed class BatchCodecTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);
    private static readonly LiveStreamEvent Locked = new KeyLocked(Noon, "ann", "换线");

    [Fact]
    public void One_event_is_stored_as_it_is_alone()
    {
        var (kind, payload) = EventCodec.EncodeBatch(new EventBatch([Locked]));
        (kind, Text(payload)).ShouldBe(("key-locked", Text(EventCodec.Encode(Locked).Payload)));
        EventCodec.DecodeBatch(kind, payload).ShouldBe(new EventBatch([Locked]));
    }

    [Fact]
    public void Several_events_are_one_row_as_the_golden_file_says()
    {
        var batch = new EventBatch([Locked, new FlappingSeen(Noon, 5), new WedgeCleared(Noon, "srs-1")]);
        var (kind, payload) = EventCodec.EncodeBatch(batch);
        kind.ShouldBe(EventCodec.BatchKind);
        Text(payload).ShouldBe(GoldenFiles.Read(EventCodec.BatchKind));
        EventCodec.DecodeBatch(kind, payload).ShouldBe(batch);
    }

    [Fact]
    public void Every_kind_of_event_fits_into_a_batch()
    {
        var batch = new EventBatch([.. EventCodec.Kinds.Select(k => Sample.Event(k.Event))]);
        var (kind, payload) = EventCodec.EncodeBatch(batch);
        EventCodec.DecodeBatch(kind, payload).ShouldBe(batch);
        for (var length = 0; length < payload.Length; length += 7)
        {
            Should.Throw<FormatException>(() => EventCodec.DecodeBatch(kind, payload.AsSpan(0, length)), $"cut at {length}");
        }
    }

    [Fact]
    public void Nothing_is_no_batch() => Should.Throw<ArgumentException>(() => EventCodec.EncodeBatch(new EventBatch([])));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("""[{"kind":"flapping-seen"}]""")]
    [InlineData("""[{"kind":null,"data":{}}]""")]
    [InlineData("""[{"kind":"batch","data":[]}]""")]
    [InlineData("""[{"kind":"key-sold","data":{}}]""")]
    public void What_is_no_batch_is_a_format_error(string payload) =>
        Should.Throw<FormatException>(() => EventCodec.DecodeBatch(EventCodec.BatchKind, Encoding.UTF8.GetBytes(payload)));

    private static string Text(byte[] payload) => Encoding.UTF8.GetString(payload);
}
