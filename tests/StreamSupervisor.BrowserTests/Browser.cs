using Microsoft.Playwright;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;

namespace StreamSupervisor.BrowserTests;

/// <summary>A test that needs a browser; skipped with the reason where there is none, but never where everything is tested.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Browser.WhySkipped;
}

/// <summary>A test that needs a browser and a PostgreSQL server.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserAndPostgresFactAttribute : FactAttribute
{
    public BrowserAndPostgresFactAttribute() => Skip = Browser.WhySkipped ?? new PostgresFactAttribute().Skip;
}

/// <summary>One Chromium for all tests, which therefore run one after another; and one platform for those that change nothing of it.</summary>
[CollectionDefinition(Name)]
public sealed class Browser : IAsyncLifetime, ICollectionFixture<Browser>
{
    public const string Name = "browser";
    private const string Chromium = "/usr/bin/chromium";

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    /// <summary>Null: there is a browser, or there must be one.</summary>
    public static string? WhySkipped =>
        File.Exists(Chromium) || Environment.GetEnvironmentVariable("CI") == "true" ? null : $"There is no {Chromium} (apt-get install chromium).";

    public async Task InitializeAsync()
    {
        if (WhySkipped is null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
            _playwright.Dispose();
        }
    }

    /// <summary>A new person: no cookie, no cache.</summary>
    internal async Task<Visitor> VisitorAsync(string address, BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(options ?? new BrowserNewContextOptions());
        context.SetDefaultTimeout((float)Eventually.Patience.TotalMilliseconds);
        return await Visitor.OfAsync(context, address);
    }
}
