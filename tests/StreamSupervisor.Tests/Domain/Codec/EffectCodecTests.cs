using System.Text;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.Codec;

public sealed class EffectCodecTests
{
    public static TheoryData<string> Names => ["evict-session", "look-at-session", "search-for-publishers"];

    public static IEnumerable<Type> Effects =>
        typeof(LiveStreamEffect).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(LiveStreamEffect)) && !t.IsAbstract);

    [Fact]
    public void No_value_of_an_effect_is_lost()
    {
        foreach (var sample in Effects.Select(Sample.Effect))
        {
            Sample.Unset(sample).ShouldBeEmpty();
            var decoded = EffectCodec.Decode(EffectCodec.Encode(sample));
            decoded.ShouldBe(sample);
            decoded.Name.ShouldBe(sample.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_effect_is_stored_as_its_golden_file_says(string name)
    {
        var golden = GoldenFiles.Read("effect-" + name).ShouldNotBeNull($"Add Golden/effect-{name}.json: {string.Join('\n', Effects.Select(e => Text(Sample.Effect(e))))}");
        Text(EffectCodec.Decode(Encoding.UTF8.GetBytes(golden))).ShouldBe(golden);
        golden.ShouldStartWith($$"""{"effect":"{{name}}",""");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"effect":"evict-session"}""")]
    [InlineData("""{"effect":"evict-session","data":null}""")]
    [InlineData("""{"effect":"evict-session","data":{"origin":"srs-1"}}""")]
    [InlineData("""{"effect":null,"data":{}}""")]
    [InlineData("""{"effect":"restart-srs","data":{}}""")]
    public void What_is_no_effect_is_a_format_error(string text) =>
        Should.Throw<FormatException>(() => EffectCodec.Decode(Encoding.UTF8.GetBytes(text)));

    private static string Text(LiveStreamEffect effect) => Encoding.UTF8.GetString(EffectCodec.Encode(effect));
}
