using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Configuration.Validation;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration;

/// <summary><c>api.keys</c> with their hashes, scopes and ends.</summary>
public sealed class ApiKeysTests
{
    private static readonly DateTimeOffset s_now = new(2026, 12, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-12-31", "2027-01-01T00:00:00Z")]
    [InlineData("2026-12-31T18:00:00Z", "2026-12-31T18:00:00Z")]
    [InlineData("2026-12-31T18:00:00+02:00", "2026-12-31T16:00:00Z")]
    [InlineData("2026-12-31T18:00", "2026-12-31T18:00:00Z")]
    [InlineData("31.12.2026", null)]
    [InlineData("2026-13-01", null)]
    public void A_day_is_the_last_one_and_a_time_is_the_end(string text, string? end) =>
        ApiKeyHash.EndOf(text).ShouldBe(end is null ? null : DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-12-31", "api.keys[0].expires", "is near: the key 'a' ends at 2027-01-01 00:00:00Z")]
    [InlineData("2026-12-19", "api.keys[0].expires", "is over: the key 'a' is refused")]
    public void An_end_that_is_near_or_over_is_a_warning(string expires, string setting, string says)
    {
        var warning = ProblemsOf(new ApiKeyOptions { Name = "a", Key = "0123456789abcdef", Expires = expires }).ShouldHaveSingleItem();
        (warning.Severity, warning.Setting).ShouldBe((ProblemSeverity.Warning, setting));
        warning.Message.ShouldStartWith(says);
    }

    [Fact]
    public void One_key_is_not_two_whether_it_is_written_or_hashed()
    {
        var problem = ProblemsOf(
            new ApiKeyOptions { Name = "a", Key = "0123456789abcdef" },
            new ApiKeyOptions { Name = "b", KeyHash = ApiKeyHash.TextOf("0123456789abcdef") }).ShouldHaveSingleItem();
        (problem.Setting, problem.Message).ShouldBe(("api.keys[1].key-hash", "is used twice."));
        ProblemsOf(new ApiKeyOptions { Name = "a", Key = "0123456789abcdef", KeyHash = ApiKeyHash.TextOf("fedcba9876543210") })
            .ShouldHaveSingleItem().Message.ShouldBe("stands beside key.");
    }

    [Fact]
    public void A_server_that_is_not_configured_is_a_warning() =>
        ProblemsOf(new ApiKeyOptions { Name = "a", Key = "0123456789abcdef", Origins = { "srs-9" } }).ShouldHaveSingleItem().Message
            .ShouldBe("'srs-9' is the name of no configured server.");

    [Fact]
    public async Task A_fresh_key_comes_with_its_hash()
    {
        using var output = new StringWriter();
        (await CommandTree.RunAsync(["tokens", "key"], output, TextWriter.Null)).ShouldBe(0);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ")[^1].Trim()).ToList();
        var (key, hash) = (lines[0], lines[1]);
        hash.ShouldBe(ApiKeyHash.TextOf(key));
        ProblemsOf(new ApiKeyOptions { Name = "a", KeyHash = hash }).ShouldBeEmpty();
    }

    private static List<ConfigProblem> ProblemsOf(params ApiKeyOptions[] keys)
    {
        var problems = new List<ConfigProblem>();
        var options = new SupervisorOptions { Api = new ApiOptions { Keys = [.. keys] }, Origins = { new OriginOptions { Name = "srs-1" } } };
        ApiValidator.Check(options, new Checks(null, problems), s_now);
        return problems;
    }
}
