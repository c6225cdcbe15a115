using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Tests.Domain.Policies;

public sealed class StreamPatternTests
{
    [Theory]
    [InlineData("*", "v/live/cam", true)]
    [InlineData("live/cam", "live/cam", true)]
    [InlineData("live/cam", "v/live/cam", true)]
    [InlineData("live/cam", "live/cam1", false)]
    [InlineData("live/cam", "live/Cam", false)]
    [InlineData("Live/cam", "live/cam", false)]
    [InlineData("live/*", "live/cam", true)]
    [InlineData("live/*", "v/live/cam", true)]
    [InlineData("live/*", "v/live/hall/cam", true)]
    [InlineData("live/*", "live2/cam", false)]
    [InlineData("live*/cam", "live2/cam", true)]
    [InlineData("live/cam*", "live/cam", true)]
    [InlineData("live/*cam", "live/webcam", true)]
    [InlineData("live/*cam", "live/camera", false)]
    [InlineData("live/a*b*c", "live/axxbyybzzc", true)]
    [InlineData("live/a*b*c", "live/axxbyyb", false)]
    [InlineData("*/cam", "live/cam", true)]
    [InlineData("*/cam", "v/live/hall/cam", false)]
    [InlineData("v/live/cam", "v/live/cam", true)]
    [InlineData("v/live/cam", "w/live/cam", false)]
    [InlineData("v/live/cam", "live/cam", false)]
    [InlineData("v*/live/*", "v1.example/live/cam", true)]
    [InlineData("*/live/*", "live/cam", true)]
    [InlineData("v/*/*", "v/any/thing", true)]
    [InlineData("v/*", "v/any/thing", false)]
    [InlineData("*/live/hall/cam", "v/live/hall/cam", true)]
    [InlineData("*/live/*/cam", "v/live/hall/cam", true)]
    [InlineData("*/live/*/cam", "v/live/hall/east/cam", false)]
    [InlineData("*/li*/h*l/c*", "v/live/hall/cam/x", true)]
    [InlineData("*/li*/h*l/c*", "v/live/hall/cam", true)]
    [InlineData("__defaultVhost__/live/*", "live/cam", true)]
    [InlineData("live/直播*", "live/直播间1", true)]
    [InlineData("live/**", "live/cam", true)]
    [InlineData("live/my cam", "live/my cam", true)]
    public void A_star_matches_within_a_part_and_at_the_end_all_that_follows(string pattern, string key, bool matches) =>
        StreamPattern.Parse(pattern).Matches(StreamKey.Parse(key)).ShouldBe(matches);

    [Theory]
    [InlineData(null, "is empty")]
    [InlineData(" ", "is empty")]
    [InlineData("live", "write live/* for the whole app")]
    [InlineData("live/", "has an empty part")]
    [InlineData("/cam", "has an empty part")]
    [InlineData("v//cam", "has an empty part")]
    [InlineData(" live/cam", "begins or ends with a space")]
    [InlineData("live/cam\n", "begins or ends with a space")]
    [InlineData("live/c\tam", "control character")]
    public void What_is_no_pattern_is_told_why(string? text, string why)
    {
        StreamPattern.TryParse(text, out var pattern, out var problem).ShouldBeFalse();
        pattern.ShouldBeNull();
        problem.ShouldContain(why);
        Should.Throw<FormatException>(() => StreamPattern.Parse(text!)).Message.ShouldBe(problem);
    }

    [Fact]
    public void A_pattern_that_no_key_could_match_for_its_length_is_refused() =>
        StreamPattern.TryParse("live/" + new string('a', 600), out _, out var problem).ShouldBeFalse(problem);

    /// <summary>Going back to the latest star only must find what trying everything finds.</summary>
    [Fact]
    public void The_walk_agrees_with_trying_everything()
    {
        const int Seed = 20260203;
        var random = new Random(Seed);
        for (var round = 0; round < 50_000; round++)
        {
            var pattern = Text(random, "ab/**", 9);
            var key = new StreamKey("v", Text(random, "ab/", 6), Text(random, "ab", 3));
            if (pattern.Count(c => c == '/') == 1 && StreamPattern.TryParse(pattern, out var parsed, out _))
            {
                parsed.Matches(key).ShouldBe(TryEverything($"{key.App}/{key.Stream}", pattern), $"'{pattern}' on '{key}', seed {Seed}");
            }
        }
    }

    [Fact]
    public void Many_stars_take_no_longer_than_few() =>
        StreamPattern.Parse("live/" + string.Concat(Enumerable.Repeat("*a", 200)) + "b").Matches(new("v", "live", new string('a', 400))).ShouldBeFalse();

    private static string Text(Random random, string letters, int longest) =>
        new([.. Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => letters[random.Next(letters.Length)])]);

    private static bool TryEverything(string text, string pattern) => pattern switch
    {
        "" => text.Length == 0,
        "*" => true,
        ['*', .. var rest] => TryEverything(text, rest) || (text.Length > 0 && text[0] != '/' && TryEverything(text[1..], pattern)),
        _ => text.Length > 0 && text[0] == pattern[0] && TryEverything(text[1..], pattern[1..]),
    };
}
