using StreamSupervisor.Commands;

namespace StreamSupervisor.Tests.Commands;

/// <summary>Tables as wide as the terminal, whatever signs the names are made of.</summary>
public sealed class OutputTableTests
{
    [Theory]
    [InlineData("live/cam1", 9)]
    [InlineData("直播/摄像", 9)]
    [InlineData("カメラ", 6)]
    [InlineData("카메라", 6)]
    [InlineData("e\u0301", 1)]
    public void A_text_is_as_wide_as_a_terminal_shows_it(string text, int cells) => Cells.WidthOf(text).ShouldBe(cells);

    [Theory]
    [InlineData("live/cam1", 9, "live/cam1")]
    [InlineData("live/cam1", 8, "live/ca…")]
    [InlineData("直播摄像", 8, "直播摄像")]
    [InlineData("直播摄像", 7, "直播摄…")]
    [InlineData("直播摄像", 6, "直播…")]
    [InlineData("直播摄像", 1, "…")]
    public void What_is_too_wide_is_cut_between_signs(string text, int width, string cut)
    {
        Cells.Cut(text, width).ShouldBe(cut);
        Cells.WidthOf(cut).ShouldBeLessThanOrEqualTo(width);
    }

    [Fact]
    public void The_widest_columns_give_first_until_a_line_fits()
    {
        var table = new OutputTable("key", "state", "notes");
        table.Add("直播/摄像机一号", "live", "locked by ann until noon, then by bob");

        var lines = table.Lines(40);

        lines.ShouldAllBe(line => Cells.WidthOf(line) <= 40);
        lines[1].ShouldBe("直播/摄像机一号  live   locked by ann u…");
    }

    [Fact]
    public void No_column_is_cut_to_nothing() =>
        OutputTable.Fit([30, 4, 30], most: 10, edges: 0, apart: 2).ShouldBe([8, 4, 8]);

    [Fact]
    public void Wide_shows_more_columns_and_cuts_none_and_name_shows_the_first_alone()
    {
        var table = new OutputTable("key", "state") { Wide = ["identity"] };
        table.Add("live/cam1", "live", "ann");

        Written(table, OutputFormat.Table).ShouldBe("KEY        STATE\nlive/cam1  live\n");
        Written(table, OutputFormat.Wide).ShouldBe("KEY        STATE  IDENTITY\nlive/cam1  live   ann\n");
        Written(table, OutputFormat.Name).ShouldBe("live/cam1\n");
    }

    [Fact]
    public void A_name_can_neither_move_the_cursor_nor_turn_the_line_around() =>
        OutputTable.Plain("a\u001b[2Jb\u202Ec\u2066d").ShouldBe("a?[2Jb?c?d");

    private static string Written(OutputTable table, OutputFormat format)
    {
        using var output = new StringWriter();
        table.Write(output, format);
        return output.ToString().ReplaceLineEndings("\n");
    }
}
