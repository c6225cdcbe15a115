using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Tests.Dashboard;

public class PageTests
{
    private static readonly string[] Names =
    [
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "\u202Egpj.4pm", "</title></svg><img src=x onerror=alert(1)>", new('m', 1000), "大厅 & 直播",
    ];

    public static TheoryData<string, string, bool> Hostile
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var page in PageSamples.All)
            {
                foreach (var name in Names)
                {
                    data.Add(page, name, page.Length % 2 == 0);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, bool> Each
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var page in PageSamples.All)
            {
                data.Add(page, true);
                data.Add(page, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_name_from_a_stranger_is_text_and_nothing_else(string page, string name, bool zh)
    {
        var shown = await new PageSamples(name).RenderAsync(page, zh ? PageLanguage.Zh : PageLanguage.En);
        var plain = await new PageSamples("plain").RenderAsync(page, zh ? PageLanguage.Zh : PageLanguage.En);

        // The same tags with the same attributes as for a name without any mischief in it.
        shown.Tags.Select(tag => $"{tag.Tag} {string.Join(' ', tag.Attributes)}").Distinct().Order()
            .ShouldBeSubsetOf(plain.Tags.Select(tag => $"{tag.Tag} {string.Join(' ', tag.Attributes)}"));
        shown.Text.ShouldContain(name.Length > 100 ? name[..20] : name);
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task A_name_that_turns_the_writing_round_turns_nothing_but_itself(string page, bool zh)
    {
        const string name = "\u202Egpj.4pm";
        var shown = await new PageSamples(name).RenderAsync(page, zh ? PageLanguage.Zh : PageLanguage.En);
        shown.AroundText(name).ShouldAllBe(tag => tag == "bdi" || tag == "title" || tag == "text");
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task No_page_has_a_style_or_a_script_in_it(string page, bool zh)
    {
        var shown = await new PageSamples("cam1").RenderAsync(page, zh ? PageLanguage.Zh : PageLanguage.En);
        shown.Tags.SelectMany(tag => tag.Attributes).ShouldNotContain(name => name == "style" || name.StartsWith("on", StringComparison.Ordinal));
        shown.Tags.Count(tag => tag.Tag == "script").ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task Every_id_is_there_once_and_every_label_has_its_field(string page, bool zh)
    {
        var shown = await new PageSamples("cam1").RenderAsync(page, zh ? PageLanguage.Zh : PageLanguage.En);
        var ids = shown.ValuesOf("id").ToList();
        ids.ShouldBeUnique();
        shown.ValuesOf("for").Concat(shown.ValuesOf("aria-labelledby")).Concat(shown.ValuesOf("data-open")).ShouldAllBe(id => ids.Contains(id));
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task Who_may_only_read_is_offered_no_order(string page, bool zh)
    {
        var language = zh ? PageLanguage.Zh : PageLanguage.En;
        var read = await new PageSamples("cam1").RenderAsync(page, language, mayOperate: false);
        read.ValuesOf("action").Where(to => to is not ("/ui" or "/ui/preferences" or "/ui/find" or "/ui/why" or "/ui/audit")).ShouldBeEmpty();
        read.Tags.Where(tag => tag.Tag == "dialog").Count().ShouldBe(2, "the help alone");
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task Chinese_pages_speak_Chinese(string page, bool zh)
    {
        var shown = await new PageSamples("cam1").RenderAsync(page, zh ? PageLanguage.Zh : PageLanguage.En);
        var chinese = shown.Text.Count(letter => letter is >= '\u4e00' and <= '\u9fff');
        (zh ? chinese > 60 : chinese < 80).ShouldBeTrue($"{chinese} Chinese letters");
    }

    [Fact]
    public async Task An_order_asks_in_a_dialog_that_opens_without_script_too()
    {
        var closed = await new PageSamples("srs-1").RenderAsync("origins", RenderedPage.Context(PageLanguage.En, path: "/origins"));
        closed.Tags.ShouldNotContain(tag => tag.Tag == "dialog" && tag.Attributes.Contains("open"));
        closed.ValuesOf("href").ShouldContain("/ui/origins?ask=undrain-0#undrain-0");

        var open = await new PageSamples("srs-1").RenderAsync("origins", RenderedPage.Context(PageLanguage.En, path: "/origins?ask=undrain-0"));
        open.Tags.Count(tag => tag.Tag == "dialog" && tag.Attributes.Contains("open")).ShouldBe(1);
    }

    [Fact]
    public async Task The_drawing_names_the_table_as_its_alternative_and_each_mark_leads_to_its_row()
    {
        var shown = await new PageSamples("cam1").RenderAsync("stream", PageLanguage.En);
        shown.ValuesOf("aria-label").ShouldContain(label => label.Contains("The table below says the same", StringComparison.Ordinal));
        var rows = shown.ValuesOf("id").ToHashSet();
        var marks = shown.ValuesOf("href").Where(to => to.StartsWith("#e", StringComparison.Ordinal)).ToList();
        marks.Count.ShouldBeGreaterThan(4);
        marks.Where(to => !rows.Contains(to[1..])).ShouldBeEmpty();
        shown.ValuesOf("tabindex").Count(order => order == "0").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_handover_is_opened_by_its_link()
    {
        var shown = await new PageSamples("cam1").RenderAsync("stream", PageLanguage.En);
        shown.ValuesOf("href").ShouldContain("/ui/streams/-/live/cam1?handover=2000#handover");
        shown.Text.ShouldContain("1.2 s");
        shown.Text.ShouldContain("admitted as g2");
        shown.Text.ShouldContain("not timed");
    }
}
