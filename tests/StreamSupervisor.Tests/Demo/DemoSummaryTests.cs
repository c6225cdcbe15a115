using StreamSupervisor.Commands;
using StreamSupervisor.Demo;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Tests.Demo;

/// <summary>The figures that the demo ends with are true, and so is what it says around them.</summary>
public sealed class DemoSummaryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_average_is_over_all_losses_also_those_that_never_came_back_and_not_over_encoders()
    {
        // Three quick returns of one, and one that has been trying for ten seconds: 10.3 s over 4 losses, not the mean of 0.1 s and 10 s.
        var act = new DemoAct(TimeSpan.FromSeconds(35), [Encoder(0.3, true, 0.1, 0.1, 0.1), Encoder(10, false)]);
        act.BackOnAir.ShouldBe(TimeSpan.FromSeconds(10.3) / 4);
        (act.Returns, act.StillOff, act.OffAir).ShouldBe((3, 1, TimeSpan.FromSeconds(10.3)));
    }

    [Fact]
    public void Who_has_no_network_at_the_end_is_kept_off_air_by_nobody()
    {
        var act = new DemoAct(TimeSpan.FromSeconds(35), [Encoder(0.2, false, 0.2)]);
        (act.StillOff, act.BackOnAir).ShouldBe((0, TimeSpan.FromSeconds(0.2)));
    }

    [Fact]
    public void Nobody_lost_the_air() => new DemoAct(TimeSpan.FromSeconds(35), [Encoder(0, true)]).BackOnAir.ShouldBeNull();

    [Theory]
    [InlineData(false, "35 s each way")]
    [InlineData(true, "各 35 秒")]
    public void Figures_stand_under_each_other_in_both_languages(bool zh, string heading)
    {
        var words = zh ? DemoWords.Zh : DemoWords.En;
        var (without, with) = (new DemoAct(TimeSpan.FromSeconds(35), [Encoder(95.4, false, 9)]), new DemoAct(TimeSpan.FromSeconds(35), [Encoder(0, true)]));
        using var output = new StringWriter();
        DemoSummary.Write(output, words, without, with, [new DemoIncident(words.WasKilled("supervisor-2"), TimeSpan.FromSeconds(1.2))]);
        var lines = output.ToString().ReplaceLineEndings("\n").Split('\n');
        lines.ShouldContain(line => line.Contains(heading, StringComparison.Ordinal));
        lines.Where(line => line.StartsWith(words.Busy, StringComparison.Ordinal) || line.StartsWith(words.KeptOff, StringComparison.Ordinal) || line.StartsWith(words.BackOnAir, StringComparison.Ordinal))
            .Select(Cells.WidthOf).Distinct().ShouldHaveSingleItem();
        foreach (var command in words.Next.Select(one => one.Command))
        {
            CommandTree.Build().Parse(command.Split(' ')).Errors.ShouldBeEmpty(command);
        }
    }

    [Fact]
    public void An_act_with_members_may_be_longer_and_says_so()
    {
        DemoWords.En.Heading(6, 2, "35", "52").ShouldEndWith("35 s without, 52 s with:");
        DemoWords.En.Progress("with", 40, 35).ShouldBe("with: 40 s, until all are back");
    }

    [Fact]
    public void Every_encoder_has_its_trouble_in_words() =>
        new[] { DemoWords.En, DemoWords.Zh }.ShouldAllBe(words => words.Troubles.Count == DemoCast.Encoders.Count && words.Columns.Count == 7);

    private static EncoderReport Encoder(double offAir, bool isOnAir, params double[] returns) =>
        new("van", new SimulatedStreamKey("live", "van"), "srs-1", "c", isOnAir, GaveUp: false, 1, 1, 0, 0, 0, TimeSpan.FromSeconds(offAir),
            [.. returns.Select(took => new EncoderReturn(Now, TimeSpan.FromSeconds(took), 1))]);
}
