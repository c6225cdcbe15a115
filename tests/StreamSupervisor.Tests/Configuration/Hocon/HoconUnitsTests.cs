using StreamSupervisor.Srs.Configuration;
using StreamSupervisor.Server.Configuration.Hocon;

namespace StreamSupervisor.Tests.Configuration.Hocon;

public sealed class HoconUnitsTests
{
    [Theory]
    [InlineData("2.5s", 2500)]
    [InlineData("100ms", 100)]
    [InlineData("1 minute", 60_000)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData(" 3 seconds ", 3000)]
    [InlineData("0", 0)]
    [InlineData("0.1s", 100)]
    [InlineData("500us", 0.5)]
    public void Durations_are_a_number_and_a_unit(string text, double milliseconds)
    {
        HoconUnits.TryParseDuration(text, out var duration).ShouldBeTrue();
        duration.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.2.3s")]
    [InlineData("5 parsecs")]
    [InlineData("5S")]
    [InlineData("00:00:05")]
    [InlineData("99999999999999999999999999999999s")]
    [InlineData("999999999999d")]
    public void Everything_else_is_no_duration(string text) => HoconUnits.TryParseDuration(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("64k", 65536)]
    [InlineData("64KiB", 65536)]
    [InlineData("64 K", 65536)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("1kB", 1000)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("65536", 65536)]
    [InlineData("0.5k", 512)]
    public void Sizes_count_by_1024_or_1000(string text, long bytes)
    {
        HoconUnits.TryParseSize(text, out var size).ShouldBeTrue();
        size.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("big")]
    [InlineData("-1k")]
    [InlineData("1 light year")]
    [InlineData("999999999999999G")]
    public void Everything_else_is_no_size(string text) => HoconUnits.TryParseSize(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("2.5s")]
    [InlineData("100ms")]
    [InlineData("0.5ms")]
    [InlineData("10m")]
    [InlineData("24h")]
    [InlineData("90s")]
    [InlineData("0s")]
    public void A_duration_is_written_as_a_person_would(string text)
    {
        HoconUnits.TryParseDuration(text, out var duration).ShouldBeTrue();
        DurationText.Format(duration).ShouldBe(text);
    }
}
