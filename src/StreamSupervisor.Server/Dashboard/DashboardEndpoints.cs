using System.Text.Encodings.Web;
using System.Text.Unicode;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>
/// The pages for people, <c>/ui</c>: rendered on the server by whichever member is asked, so that they need no member in particular and can
/// be read without script. They do nothing that the API cannot. Each answer goes through two gates: the outer one of
/// <see cref="DashboardPages"/> turns problems into pages, the inner one is the API's own.
/// </summary>
internal static partial class DashboardEndpoints
{
    public const string Prefix = "/ui";

    /// <summary>What the pages need besides the <see cref="ApiContext"/>.</summary>
    public static void AddServices(IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton<SessionSecret>();
        if (!options.Enabled)
        {
            return;
        }

        services.AddRazorComponents();

        // The default writes every Chinese character as a number of eight. What could be markup is escaped all the same.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));

        // It brings ASP.NET's ring of keys, which is made and written to the home folder at the start. Nothing here is signed with it:
        // members would have to share it.
        foreach (var ring in services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(DataProtectionServiceCollectionExtensions).Assembly).ToList())
        {
            services.Remove(ring);
        }

        services.AddSingleton(options).AddSingleton<DashboardAssets>().AddSingleton<PageFactory>().AddSingleton<DashboardPages>();
        services.AddSingleton(provider => new DashboardGate(
            provider.GetRequiredService<ApiContext>().Callers, provider.GetRequiredService<SessionSecret>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider =>
        {
            var context = provider.GetRequiredService<ApiContext>();
            var stopping = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            return new DashboardFeed(new FeedTail(
                context.Feed, context.Time, options.MaxFeeds, provider.GetRequiredService<ILogger<FeedTail>>(), stopping,
                "dashboard.max-feeds"), context.Callers);
        });
    }

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var (api, pages) = (services.GetRequiredService<ApiContext>(), services.GetRequiredService<DashboardPages>());
        var gate = services.GetRequiredService<DashboardGate>();
        var group = endpoints.MapGroup(Prefix).AddEndpointFilter(pages).ExcludeFromDescription();
        MapAssets(group, services.GetRequiredService<DashboardAssets>());
        MapSessions(group, gate, pages);
        MapQuestions(group, pages);
        MapManual(group, services.GetRequiredService<ManualBook>(), gate, pages);

        var inner = new ApiGate(gate.Identify, services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(inner.Dispose);
        var gated = group.MapGroup("").AddEndpointFilter(inner).AddEndpointFilter(new SharedPages(api.Time));
        var scoped = gated.MapGroup("").WithMetadata(HeedsScope.Instance);
        scoped.MapGet("/feed", IResult (HttpContext call) => services.GetRequiredService<DashboardFeed>().Watch(call));
        MapStreams(scoped, api, pages);
        MapStream(scoped, api, pages);
        MapOrders(scoped, api, pages);
        MapWhy(scoped, api, pages);
        MapOrigins(scoped, api, pages);
        MapTrouble(scoped, api, pages);
        MapAudit(scoped, api, pages);
        MapCluster(gated, pages);
        MapSettings(gated, pages);
        scoped.Map("/{**rest}", IResult (HttpContext call) => AllowedMethods.Answer(call, "There is no such page."));
        return group;
    }

    private static void MapAssets(RouteGroupBuilder group, DashboardAssets assets) =>
        group.MapGet("/assets/{hash}/{name}", (HttpContext call, string hash, string name) => assets.Answer(call, hash, name));

    private static void MapSessions(RouteGroupBuilder group, DashboardGate gate, DashboardPages pages)
    {
        group.MapPost("/login", async Task<IResult> (HttpContext call) =>
        {
            var form = await FormAsync(call);
            var (caller, problem) = gate.SignIn(call, form["key"].ToString(), pages.Root);
            return caller is not null
                ? pages.Back(form, "?signed-in")
                : await pages.LoginAsync(call, problem!, PathIn(form));
        });
        group.MapPost("/logout", IResult (HttpContext call) =>
        {
            DashboardGate.SignOut(call, pages.Root);
            return Results.Redirect(pages.Root);
        });
        group.MapPost("/preferences", async Task<IResult> (HttpContext call) =>
        {
            var form = await FormAsync(call);
            var cookie = DashboardGate.CookieAt(call, pages.Root, TimeSpan.FromDays(365));
            if (PageFactory.LanguageNamed(form["language"]) is { } language)
            {
                call.Response.Cookies.Append(PageFactory.LanguageCookie, language, cookie);
            }

            if (form.ContainsKey("theme"))
            {
                call.Response.Cookies.Append(PageFactory.ThemeCookie, PageFactory.ThemeOf(form["theme"]), cookie);
            }

            return pages.Back(form);
        });
    }
}
