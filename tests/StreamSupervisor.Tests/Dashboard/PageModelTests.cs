using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Tests.Dashboard;

public class PageModelTests
{
    private static readonly DateTimeOffset Now = RenderedPage.Now;

    [Fact]
    public void A_kind_of_hook_that_never_comes_while_others_do_is_missed_after_ten_minutes()
    {
        (string, DateTimeOffset?)[] heard = [("on_connect", Now.AddMinutes(-1)), ("on_close", null), ("on_play", null)];
        OriginCard.SightingsOf(heard, Now.AddMinutes(-11), Now).Select(hook => hook.IsMissed).ShouldBe([false, true, false]);
        OriginCard.SightingsOf(heard, Now.AddMinutes(-9), Now).ShouldAllBe(hook => !hook.IsMissed);
    }

    [Fact]
    public void Where_no_hook_comes_none_is_missed() =>
        OriginCard.SightingsOf([("on_connect", null), ("on_close", null)], Now.AddHours(-1), Now).ShouldAllBe(hook => !hook.IsMissed);

    [Fact]
    public void The_field_shows_every_shard_with_the_pattern_of_its_owner()
    {
        var field = ClusterField.Of(
            [new ClusterShardView(3, 7, "akka://a", "s-2", false), new ClusterShardView(255, 1, "akka://b", "s-1", true)], 256);
        field.Owners.ShouldBe(["s-1", "s-2"]);
        field.Cells.Count.ShouldBe(256);
        field.Cells[3].ShouldBe(new ClusterCell(3, "s-2", 1, 7));
        field.Cells[255].Place.ShouldBe(0);
        ClusterField.ClassOf(field.Cells[0].Place).ShouldBe("nobody");
        ClusterField.ClassOf(ClusterField.Patterns + 1).ShouldBe("o1");
    }

    [Fact]
    public void A_sheet_of_orders_calculates_nothing()
    {
        var rows = new PageSamples("=cmd|'/c calc'!A1").AuditOf().ToCsv(AuditWords.En).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        rows.Length.ShouldBe(2);
        rows[1].Split(',').ShouldAllBe(cell => cell.StartsWith('"') && !cell.StartsWith("\"=", StringComparison.Ordinal));
        new PageSamples("a \"quoted\" name").AuditOf().ToCsv(AuditWords.En).ShouldContain("a \"\"quoted\"\" name");
    }
}
