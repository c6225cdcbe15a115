using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    /// <summary>The manual is for everybody, with the pages of the alerts: it says nothing of this platform.</summary>
    private static void MapManual(RouteGroupBuilder group, ManualBook manual, DashboardGate gate, DashboardPages pages)
    {
        group.MapGet("/manual/{name?}", (HttpContext call, string? name) =>
            ShowAsync(call, language => manual.Find(name ?? ManualBook.First, language)));
        group.MapGet("/manual/alerts/{name}", async Task<IResult> (HttpContext call, string name) =>
            call.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
                ? await ShowAsync(call, language => AlertPages.Find(name, language))
                : AlertPages.PlainText(call, name));

        async Task<IResult> ShowAsync(HttpContext call, Func<string, ManualPage?> find)
        {
            // Who may see the other pages as well finds the way to them.
            if (gate.Identify(call).Caller is { } caller)
            {
                call.Features.Set(caller);
            }

            var page = await pages.ContextAsync(call);
            var language = page.Language == PageLanguage.Zh ? ManualBook.Chinese : ManualBook.English;
            return find(language) is { } shown
                ? DashboardPages.Show<Pages.Manual>(call, page, new()
                {
                    ["Shown"] = shown,
                    ["Contents"] = ManualBook.Contents(language),
                    ["Html"] = ManualMarkup.ToHtml(shown.Text, page.Url("/manual")),
                })
                : new ProblemResult(Problems.NoSuchCall.Of("The manual has no such page."));
        }
    }
}
