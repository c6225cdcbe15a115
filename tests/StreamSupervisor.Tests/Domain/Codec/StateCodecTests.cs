using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.Codec;

public sealed class StateCodecTests
{
    private static readonly LiveStreamState Fresh = new() { Key = new("v", "live/hall", "cam") };

    [Fact]
    public void No_field_of_a_state_is_lost()
    {
        var state = Sample.State();
        Sample.Unset(state).ShouldBeEmpty();

        ShouldBeTheSame(StateCodec.Decode(StateCodec.Encode(state)), state);
    }

    [Fact]
    public void A_fresh_state_comes_back_fresh() => ShouldBeTheSame(StateCodec.Decode(StateCodec.Encode(Fresh)), Fresh);

    [Fact]
    public void A_snapshot_is_stored_as_its_golden_file_says()
    {
        var golden = GoldenFiles.Read("snapshot").ShouldNotBeNull($"Add Golden/snapshot.json: {Text(Sample.State())}");
        Text(StateCodec.Decode(Encoding.UTF8.GetBytes(golden))).ShouldBe(golden);
    }

    [Fact]
    public void A_snapshot_of_a_newer_version_says_so() =>
        Should.Throw<FormatException>(() => Decode("""{"version":2,"state":"something else"}""")).Message
            .ShouldBe("The snapshot has version 2; this version of the program reads 1.");

    /// <summary>Every field but the key may be missing: an older program did not have it yet, and a new state's value is right.</summary>
    [Fact]
    public void A_field_that_an_older_snapshot_does_not_have_is_as_in_a_fresh_state()
    {
        var decoded = Decode("""{"version":1,"state":{"key":{"vhost":"v","app":"live/hall","stream":"cam"},"someday":[1]},"more":0}""");
        ShouldBeTheSame(decoded, Fresh);

        foreach (var field in JsonNode.Parse(Text(Sample.State()))!["state"]!.AsObject().Select(f => f.Key).Where(f => f != "key"))
        {
            var older = JsonNode.Parse(Text(Sample.State()))!;
            older["state"]!.AsObject().Remove(field).ShouldBeTrue();
            var property = PropertyOf(field);
            property.GetValue(Decode(older.ToJsonString())).ShouldBe(property.GetValue(Fresh), field);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":0,"state":{}}""")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"state":null}""")]
    [InlineData("""{"version":1,"state":[]}""")]
    [InlineData("""{"version":1,"state":{"generation":7}}""")]
    [InlineData("""{"version":1,"state":{"key":{"vhost":"v","app":"a"}}}""")]
    [InlineData("""{"version":1,"state":{"key":{"vhost":"v","app":"a","stream":"s"},"evictions":null}}""")]
    public void A_damaged_snapshot_is_a_format_error(string text) => Should.Throw<FormatException>(() => Decode(text));

    [Fact]
    public void A_snapshot_that_was_cut_is_a_format_error_wherever_it_was_cut()
    {
        var snapshot = StateCodec.Encode(Sample.State());
        for (var length = 0; length < snapshot.Length; length++)
        {
            Should.Throw<FormatException>(() => StateCodec.Decode(snapshot.AsSpan(0, length)), $"cut at {length}");
        }
    }

    // Lists compare by reference inside a record, so the states are compared field by field.
    private static void ShouldBeTheSame(LiveStreamState actual, LiveStreamState expected)
    {
        foreach (var property in typeof(LiveStreamState).GetProperties())
        {
            property.GetValue(actual).ShouldBe(property.GetValue(expected), property.Name);
        }
    }

    private static PropertyInfo PropertyOf(string field) => typeof(LiveStreamState).GetProperties().Single(property =>
        (property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? char.ToLowerInvariant(property.Name[0]) + property.Name[1..]) == field);

    private static LiveStreamState Decode(string text) => StateCodec.Decode(Encoding.UTF8.GetBytes(text));

    private static string Text(LiveStreamState state) => Encoding.UTF8.GetString(StateCodec.Encode(state));
}
