using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Tests.Dashboard;

/// <summary>Keys, parameters, addresses and reasons come from strangers: to a page they are text and nothing else.</summary>
public sealed class HostileNamesTests
{
    private const string Script = "<script>alert(1)</script>";
    private const string Attribute = "\" onmouseover=\"alert(1)\" x='";
    private const string RightToLeft = "\u202Egnp.exe";

    public static TheoryData<string, PageLanguage> Names => new()
    {
        { Script, PageLanguage.En },
        { Script, PageLanguage.Zh },
        { Attribute, PageLanguage.En },
        { RightToLeft, PageLanguage.Zh },
        { "&lt;b&gt;", PageLanguage.En },
        { new string('x', StreamKey.MaxLength - 10), PageLanguage.En },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task On_the_list_they_add_no_element_and_no_attribute(string name, PageLanguage language)
    {
        var (hostile, plain) = (await ListAsync(name, language), await ListAsync("plain", language));
        hostile.Elements.ShouldBe(plain.Elements);
        hostile.Html.ShouldNotContain("onmouseover=\"");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task On_the_page_of_a_stream_they_add_no_element_and_no_attribute(string name, PageLanguage language)
    {
        var (hostile, plain) = (await StreamAsync(name, language), await StreamAsync("plain", language));
        hostile.Elements.ShouldBe(plain.Elements);
        hostile.Html.ShouldNotContain("onmouseover=\"");
    }

    [Fact]
    public async Task Each_stands_in_an_element_that_keeps_its_direction_to_itself()
    {
        var html = (await ListAsync(RightToLeft, PageLanguage.En, lookedFor: "")).Html;
        foreach (var before in html.Split("&#x202E;")[..^1])
        {
            before.LastIndexOf("<bdi>", StringComparison.Ordinal).ShouldBeGreaterThan(before.LastIndexOf("</bdi>", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Who_may_only_read_is_shown_no_order()
    {
        (await StreamAsync("cam", PageLanguage.En)).Html.ShouldContain("action=\"/ui/streams/-/live/cam/kick\"");
        (await StreamAsync("cam", PageLanguage.En, mayOperate: false)).Html.ShouldNotContain("/kick");
    }

    private static LiveStreamState StateOf(string name) => new()
    {
        Key = new StreamKey(StreamKey.DefaultVhost, "live", name),
        Generation = 3,
        Session = new Session(By(name), 3, RenderedPage.Now.AddMinutes(-1), null, Confirmed: true, Adopted: false, null),
        Locked = new OperatorMark(name, name, RenderedPage.Now),
        Pinned = new OperatorMark(name, name, RenderedPage.Now),
        PinnedTo = name,
        ReservedFor = name,
        ReservedUntil = RenderedPage.Now.AddMinutes(1),
    };

    private static Publisher By(string name) => new(new SessionId("vid", "svc", name), "srs-1", name, name);

    private static Task<RenderedPage> ListAsync(string name, PageLanguage language, string? lookedFor = null) =>
        RenderedPage.PageAsync<Streams>(RenderedPage.Context(language),
        ("List", new StreamList(
            new StreamListQuery("", lookedFor ?? name, "", "", ""),
            [StreamView.From(StateOf(name), RenderedPage.Now)],
            [new OriginView("srs-1", "http://127.0.0.1:1985", "up", "6.0.157", "vid", "svc", 1, RenderedPage.Now, null, [])],
            null)));

    private static Task<RenderedPage> StreamAsync(string name, PageLanguage language, bool mayOperate = true) =>
        RenderedPage.PageAsync<Server.Dashboard.Pages.Stream>(RenderedPage.Context(language, mayOperate),
        ("Detail", new StreamDetail(
            StreamView.From(StateOf(name), RenderedPage.Now),
            [
                TimelineEntry.From(1, "operator-acted", new OperatorActed(RenderedPage.Now, name, name, name)),
                TimelineEntry.From(2, "publisher-confirmed", new PublisherConfirmed(RenderedPage.Now, By(name).Session)),
            ],
            null,
            IsFirst: true,
            null)));
}
