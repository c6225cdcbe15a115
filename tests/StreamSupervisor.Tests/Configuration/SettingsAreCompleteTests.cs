using StreamSupervisor.Srs.Configuration;
using System.Text.RegularExpressions;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Hocon;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Configuration.Validation;

namespace StreamSupervisor.Tests.Configuration;

/// <summary>Every setting stands in reference.conf, in an option class and in a validator.</summary>
public sealed class SettingsAreCompleteTests
{
    private static readonly string Reference = SupervisorConfiguration.ReadEmbedded(SupervisorConfiguration.ReferenceName);

    public static TheoryData<string> Settings => [.. SettingsSchema.Settings.Select(s => s.Path)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_stands_in_the_manual(string path)
    {
        if (path.Contains("[]", StringComparison.Ordinal))
        {
            // Settings of list items have no default to stand there; they stand in the example, commented out.
            var list = path[..path.IndexOf('[', StringComparison.Ordinal)].Split('.')[^1];
            var examples = Regex.Matches(Reference, $@"(?<example>(?:^ *#.*\n)+) *{Regex.Escape(list)} = \[\]", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
            examples.ShouldNotBeEmpty($"no commented example above '{list} = []'");

            // Two lists may have one name (admission.rules, credentials.rules).
            string.Concat(examples.Select(e => e.Groups["example"].Value)).ShouldMatch($@"#\s+{Regex.Escape(path.Split('.')[^1])} = ");
        }
        else
        {
            ReadReference().At($"{ConfigurationKey.Root}.{path}").ShouldNotBeNull($"{path} is not in reference.conf");
        }
    }

    [Fact]
    public void The_manual_names_no_setting_that_is_not_there_and_its_values_are_the_defaults()
    {
        var loaded = SupervisorConfiguration.LoadText("empty.conf", "", environment: new Dictionary<string, string>());
        loaded.Problems.ShouldHaveSingleItem().Setting.ShouldBe("origins"); // a warning: there are none

        var byManual = EffectiveSettings.Of(loaded).ToDictionary(s => s.Name, s => s.Value);
        var byClasses = EffectiveSettings.Of(loaded with { Options = new SupervisorOptions() }).ToDictionary(s => s.Name, s => s.Value);
        foreach (var (name, value) in byClasses.Where(s => !s.Key.EndsWith(".listen", StringComparison.Ordinal)))
        {
            byManual[name].ShouldBe(value, name);
        }
    }

    [Fact]
    public void A_setting_has_a_validator()
    {
        var options = new SupervisorOptions
        {
            Origins = { new OriginOptions() },
            Api = { Keys = { new ApiKeyOptions() } },
            Admission = { Rules = { new AdmissionRuleOptions() } },
            Credentials = { Rules = { new() } },
            Webhooks = { new WebhookOptions() },
        };
        var checks = new Checks(null, new List<ConfigProblem>());
        SupervisorValidator.Check(options, checks);
        SettingsSchema.Settings.Select(s => s.Path).Except(checks.Covered).ShouldBeEmpty();
    }

    [Fact]
    public void The_standalone_example_has_neither_errors_nor_warnings()
    {
        var loaded = SupervisorConfiguration.Load(null, environment: new Dictionary<string, string>());
        loaded.Problems.ShouldBeEmpty();
        loaded.Options.Origins.ShouldHaveSingleItem().HookToken.ShouldBe(OriginsValidator.PublishedToken);
        SupervisorConfiguration.ReadEmbedded("srs.conf").ShouldContain($"/hooks/v1/{OriginsValidator.PublishedToken};");
    }

    [Fact]
    public void The_cluster_example_has_no_errors_once_its_variables_are_set()
    {
        var example = SupervisorConfiguration.ReadEmbedded("cluster.conf");
        var variables = new Dictionary<string, string>();
        while (SupervisorConfiguration.LoadText("cluster.conf", example, environment: variables).Problems
            .FirstOrDefault(p => p.Message.Contains("finds nothing", StringComparison.Ordinal)) is { } missing)
        {
            var name = Regex.Match(missing.Message, @"\$\{(?<name>\w+)\}", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["name"].Value;
            variables.Add(name, name.EndsWith("_DB", StringComparison.Ordinal) ? "Host=db" : name.EndsWith("ADDRESS", StringComparison.Ordinal) ? "10.0.0.1" : $"{name}-0123456789");
        }

        var loaded = SupervisorConfiguration.LoadText("cluster.conf", example, environment: variables);
        loaded.Problems.Where(p => p.Severity == ProblemSeverity.Error).ShouldBeEmpty();
        loaded.Options.Storage.Provider.ShouldBe("postgres");
        loaded.Options.Http.Listen.ShouldBe(["http://10.0.0.1:8085"]);
        loaded.Options.Cluster.Enabled.ShouldBeTrue();
        loaded.Options.Cluster.Advertise.ShouldBe("http://10.0.0.1:8560");
    }

    private static HoconObject ReadReference()
    {
        var document = new HoconDocument();
        document.Add(SupervisorConfiguration.ReferenceName, Reference);
        return document.Resolve();
    }
}
