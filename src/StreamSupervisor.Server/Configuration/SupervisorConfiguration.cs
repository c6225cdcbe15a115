using StreamSupervisor.Srs.Configuration;
using System.Reflection;
using System.Text;
using StreamSupervisor.Server.Configuration.Hocon;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Configuration.Validation;

namespace StreamSupervisor.Server.Configuration;

/// <summary>Everything that came of reading the settings.</summary>
/// <param name="Options">Complete and checked if there is no error among the problems; otherwise only good to look at.</param>
/// <param name="Configuration">The same values as .NET's configuration, below <c>streamsupervisor</c>, names without hyphens.</param>
internal sealed record LoadedConfiguration(
    SupervisorOptions Options, IReadOnlyList<ConfigProblem> Problems, IConfigurationRoot Configuration, SettingSources Sources)
{
    /// <summary>Whether a server may be started with it.</summary>
    public bool IsUsable => Problems.All(p => p.Severity != ProblemSeverity.Error);
}

/// <summary>
/// Reads the settings: <c>reference.conf</c> below the file below <c>STREAMSUPERVISOR__…</c> variables below <c>--set</c> switches.
/// Without a file, the built-in <c>standalone.conf</c> stands in for it: one SRS on this machine.
/// </summary>
internal static class SupervisorConfiguration
{
    public const string ReferenceName = "reference.conf";
    public const string StandaloneName = "standalone.conf";

    /// <param name="path">A HOCON file, or null.</param>
    /// <param name="overrides">Values of <c>--set</c>: <c>admission.hold=5s</c>, <c>http.listen.0=http://127.0.0.1:8085</c>.</param>
    /// <param name="environment">The process's variables by default.</param>
    /// <returns>Always a result: every mistake is one of its problems.</returns>
    public static LoadedConfiguration Load(string? path, IReadOnlyList<string>? overrides = null,
        IReadOnlyDictionary<string, string>? environment = null) =>
        Load(document =>
        {
            if (path is null)
            {
                document.Add(StandaloneName, ReadEmbedded(StandaloneName));
            }
            else
            {
                document.AddFile(path);
            }
        }, path ?? StandaloneName, overrides, environment);

    /// <summary>Reads settings from a text instead of a file.</summary>
    public static LoadedConfiguration LoadText(string name, string text, IReadOnlyList<string>? overrides = null,
        IReadOnlyDictionary<string, string>? environment = null, Func<string, string>? open = null) =>
        Load(document => document.Add(name, text), name, overrides, environment, open);

    /// <summary>One of the files of <c>hocon/</c>, which are part of the program.</summary>
    public static string ReadEmbedded(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"hocon/{name}")
            ?? throw new InvalidOperationException($"hocon/{name} is not part of this build.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static LoadedConfiguration Load(Action<HoconDocument> addFile, string name, IReadOnlyList<string>? overrides,
        IReadOnlyDictionary<string, string>? environment, Func<string, string>? open = null)
    {
        var problems = new List<ConfigProblem>();
        environment ??= ProcessEnvironment();
        // A file that cannot be read is one mistake; what its absence makes of the other settings would only hide that one.
        var tree = ReadFiles(addFile, name, environment, open, problems);
        var readable = problems.Count == 0;
        var switches = OverrideConfigurationSource.FromCommandLine(overrides ?? [], out var malformed);
        problems.AddRange(malformed.Select(_ => new ConfigProblem(ProblemSeverity.Error, "", "--set", "has no path or no value.",
            "Write --set admission.hold=5s.")));

        var configuration = new ConfigurationBuilder()
            .Add(new HoconConfigurationSource(tree, ReferenceName))
            .Add(OverrideConfigurationSource.FromEnvironment(environment))
            .Add(switches)
            .Build();
        var sources = new SettingSources(configuration);
        var options = new SupervisorOptions();
        if (readable)
        {
            CheckTopLevel(tree, problems);
            options = new OptionsBinder(sources, new SecretFiles(environment, name), problems).Bind(configuration);
            options.ReadFrom = name == StandaloneName ? $"{name} (built in)" : name;
            options.Sources = sources;
            options.AkkaOverlay = AkkaOverlay.Render(tree, problems);
            SupervisorValidator.Check(options, new Checks(sources, problems));
        }

        return new LoadedConfiguration(options, [.. problems.OrderByDescending(p => p.Severity)], configuration, sources);
    }

    private static HoconObject ReadFiles(Action<HoconDocument> addFile, string name, IReadOnlyDictionary<string, string> environment,
        Func<string, string>? open, List<ConfigProblem> problems)
    {
        var document = new HoconDocument(open ?? CredentialFiles.OpenerOf(environment));
        document.Add(ReferenceName, ReadEmbedded(ReferenceName));
        var defaults = document.Resolve();
        try
        {
            addFile(document);
            return document.Resolve(environment.GetValueOrDefault);
        }
        catch (HoconException mistake)
        {
            problems.Add(new ConfigProblem(ProblemSeverity.Error, "", $"{mistake.Position}:{mistake.Position.Column}",
                $"{mistake.Problem}.", ""));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigProblem(ProblemSeverity.Error, "", name, $"the file cannot be read: {failure.Message}", ""));
        }

        return defaults;
    }

    /// <summary>
    /// Keys beside <c>streamsupervisor</c> are free, for values that substitutions share. But a setting that stands there by mistake would
    /// be passed over in silence, and so would everything under a misspelt root.
    /// </summary>
    private static void CheckTopLevel(HoconObject tree, List<ConfigProblem> problems)
    {
        foreach (var (key, value) in tree.Members.Where(m => m.Key != ConfigurationKey.Root))
        {
            var fix = SettingsSchema.Root.Find(key) is not null ? $"It belongs inside: {ConfigurationKey.Root} {{ {key} … }}."
                : NearestName.Of(key, [ConfigurationKey.Root]) is not null ? $"Did you mean {ConfigurationKey.Root}?"
                : null;
            if (fix is not null)
            {
                problems.Add(new ConfigProblem(ProblemSeverity.Error, key, value.Position.ToString(),
                    $"stands outside {ConfigurationKey.Root}.", fix));
            }
        }
    }

    private static Dictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
}
