using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.Tests.Hosting;

/// <summary>Which settings are others, and which of them are in force after a reload.</summary>
public sealed class ReloadTests
{
    [Fact]
    public void Each_section_stays_or_is_the_new_one()
    {
        var (old, next) = (new SupervisorOptions(), new SupervisorOptions());
        var live = LiveSettings.Of(old, next);
        foreach (var section in typeof(SupervisorOptions).GetProperties().Where(section => section.Name is not ("Http" or "Log" or "Api")))
        {
            var value = section.GetValue(live);
            (ReferenceEquals(value, section.GetValue(old)) || ReferenceEquals(value, section.GetValue(next))).ShouldBeTrue(section.Name);
        }
    }

    [Fact]
    public void What_is_another_one_is_named_and_a_secret_is_compared_and_not_shown()
    {
        var old = Load("""origins = [ { name = a, api = "http://x:1", hook-token = "one-one-one-one-one" } ]""");
        var next = Load("""origins = [ { name = a, api = "http://x:1", hook-token = "two-two-two-two-two" } ], sweep.interval = 9s""");
        SettingsDifference.Between(old, next).ShouldBe(["origins", "sweep.interval"]);
        SettingsDifference.Between(old, LiveSettings.Of(old, next)).ShouldBe(["origins"]);
        SettingsDifference.Between(next, LiveSettings.Of(old, next)).ShouldBe(["sweep.interval"]);
        SettingsDifference.Between(old, Load("""origins = [ { name = a, api = "http://x:1", hook-token = "one-one-one-one-one" } ]""")).ShouldBeEmpty();
    }

    [Fact]
    public void The_level_of_loggers_that_are_there_changes()
    {
        var log = new LogOptions { Level = "warning" };
        var levels = new LogLevels(log, traced: false);
        using var services = new ServiceCollection().AddLogging(logging => LogSetup.Configure(logging, log, levels)).BuildServiceProvider();
        var (ours, theirs) = (services.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.X"),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.X"));
        (ours.IsEnabled(LogLevel.Information), theirs.IsEnabled(LogLevel.Information)).ShouldBe((false, false));

        levels.Use(new LogOptions { Level = "debug" });
        (ours.IsEnabled(LogLevel.Debug), theirs.IsEnabled(LogLevel.Information), theirs.IsEnabled(LogLevel.Warning)).ShouldBe((true, false, true));
        levels.Use(new LogOptions { Level = "error" });
        (ours.IsEnabled(LogLevel.Warning), theirs.IsEnabled(LogLevel.Warning)).ShouldBe((false, false));
    }

    private static SupervisorOptions Load(string text)
    {
        var loaded = SupervisorConfiguration.LoadText("test.conf", $"streamsupervisor {{ {text} }}", environment: new Dictionary<string, string>());
        loaded.IsUsable.ShouldBeTrue(string.Join('\n', loaded.Problems));
        return loaded.Options;
    }
}
