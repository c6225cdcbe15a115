using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.Tests.Hosting;

public sealed class LogTests
{
    [Theory]
    [InlineData("text", ConsoleFormatterNames.Simple)]
    [InlineData("json", ConsoleFormatterNames.Json)]
    [InlineData("systemd", ConsoleFormatterNames.Systemd)]
    public void The_format_is_the_one_that_is_asked_for(string format, string formatter)
    {
        using var services = With(new LogOptions { Format = format, Level = "debug" });
        services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName.ShouldBe(formatter);
        services.GetRequiredService<ILogger<LogTests>>().IsEnabled(LogLevel.Debug).ShouldBeTrue();
    }

    [Theory]
    [InlineData("error", false, false, true)]
    [InlineData("warning", false, true, true)]
    [InlineData("information", true, true, true)]
    public void The_level_holds_for_us_and_frameworks_say_no_more_than_warnings(string level, bool information, bool warning, bool error)
    {
        using var services = With(new LogOptions { Level = level });
        var log = services.GetRequiredService<ILogger<LogTests>>();
        (log.IsEnabled(LogLevel.Information), log.IsEnabled(LogLevel.Warning), log.IsEnabled(LogLevel.Error))
            .ShouldBe((information, warning, error));
        var kestrel = services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Server.Kestrel");
        (kestrel.IsEnabled(LogLevel.Information), kestrel.IsEnabled(LogLevel.Warning)).ShouldBe((false, warning));
    }

    [Fact]
    public void The_banner_names_settings_store_and_listeners_and_the_lines_for_SRS()
    {
        var loaded = SupervisorConfiguration.Load(null);
        var lines = StartBanner.Of(loaded.Options).ToList();
        lines.Count.ShouldBe(3);
        lines[0].ShouldContain("Settings: standalone.conf (built in); store: SQLite data/streamsupervisor.db; alone.");
        lines[1].ShouldBe("Listens: http://127.0.0.1:8085 (hooks, API); http://127.0.0.1:8558 (health, metrics, cluster).");
        lines[2].ShouldContain("on_connect http://127.0.0.1:8085/hooks/v1/standalone-srs-1-hooks; on_publish ");
    }

    [Fact]
    public void The_banner_keeps_secrets()
    {
        const string settings = """
            streamsupervisor {
              http.listen = ["http://*:8085"]
              storage { provider = postgres, postgres.connection-string = "Host=db-1:5433,db-2;Database=live;Username=u;Password=hidden-word" }
              origins = [{ name = "srs-1", api = "http://10.0.0.5:1985", hook-token = "hidden-word-of-the-origin" }]
            }
            """;
        var text = string.Join('\n', StartBanner.Of(SupervisorConfiguration.LoadText("my.conf", settings,
            environment: new Dictionary<string, string>()).Options));
        text.ShouldContain("Settings: my.conf; store: PostgreSQL live at db-1:5433, db-2:5432;");
        text.ShouldContain("http://ADDRESS:8085/hooks/v1/TOKEN; ");
        text.ShouldNotContain("hidden");
    }

    private static ServiceProvider With(LogOptions log) =>
        new ServiceCollection().AddLogging(logging => LogSetup.Configure(logging, log, new LogLevels(log, traced: false))).BuildServiceProvider();
}
