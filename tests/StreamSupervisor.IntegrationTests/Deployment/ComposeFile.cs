using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>
/// <c>docker-compose.yml</c> as Compose understands it: anchors and merges followed, variables replaced by their defaults. There is no engine
/// here that could run it, so each part is read by whoever will read it there, as far as that is us.
/// </summary>
internal sealed partial class ComposeFile
{
    private readonly Dictionary<object, object> _root;

    public ComposeFile(string text)
    {
        var read = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(text))));
        _root = (Dictionary<object, object>)Interpolate(read);
    }

    public IReadOnlyList<string> Sections => [.. _root.Keys.Select(key => (string)key)];

    public IReadOnlyDictionary<string, ComposeService> Services => Map(_root["services"]).ToDictionary(one => one.Key, one => new ComposeService(one.Key, Map(one.Value)));

    public IReadOnlyCollection<string> Volumes => [.. Map(_root["volumes"]).Keys];

    /// <summary>The configurations that Compose puts into containers, by name, with their text.</summary>
    public IReadOnlyDictionary<string, string> Configs => Map(_root["configs"]).ToDictionary(one => one.Key, one => Map(one.Value) is var config
        && config.TryGetValue("content", out var content) ? (string)content : RepositoryFiles.Read((string)config["file"]));

    public static IReadOnlyDictionary<string, object> Map(object value) =>
        ((Dictionary<object, object>)value).ToDictionary(one => (string)one.Key, one => one.Value ?? "");

    private static object Interpolate(object? value) => value switch
    {
        Dictionary<object, object> map => map.ToDictionary(one => one.Key, one => Interpolate(one.Value)),
        List<object> list => list.Select(Interpolate).ToList(),
        string text => Variable().Replace(text, match => match.Value == "$$" ? "$"
            : match.Groups["default"] is { Success: true } given ? given.Value

            // What .env must hold; the same wherever it is used.
            : match.Groups["own"].Success ? $"own-{match.Groups["name"].Value.ToLowerInvariant().Replace('_', '-')}-of-this-test"
            : throw new InvalidOperationException($"{match.Value} has no default: the scene would not start as it is.")),
        _ => "",
    };

    [GeneratedRegex(@"\$\$|\$\{(?<name>\w+)(:-(?<default>[^}]*)|(?<own>:\?))?\}|\$(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}

/// <summary>One service of a <see cref="ComposeFile"/>.</summary>
internal sealed class ComposeService(string name, IReadOnlyDictionary<string, object> options)
{
    public string Name => name;

    public IReadOnlyCollection<string> Options => [.. options.Keys];

    public string Image => (string)options["image"];

    public string Address => (string)ComposeFile.Map(ComposeFile.Map(options["networks"])["scene"])["ipv4_address"];

    public IReadOnlyDictionary<string, string> Environment =>
        options.TryGetValue("environment", out var environment) ? ComposeFile.Map(environment).ToDictionary(one => one.Key, one => (string)one.Value) : new Dictionary<string, string>();

    public IReadOnlyList<string> Command => List("command");

    public IReadOnlyList<string> Ports => List("ports");

    public IReadOnlyList<string> Volumes => List("volumes");

    /// <summary>Which configurations it is given, and where.</summary>
    public IReadOnlyList<(string Source, string Target)> Configs => options.TryGetValue("configs", out var configs)
        ? [.. ((List<object>)configs).Select(ComposeFile.Map).Select(config => ((string)config["source"], (string)config["target"]))]
        : [];

    /// <summary>Who is started before it.</summary>
    public IReadOnlyList<string> DependsOn => options.TryGetValue("depends_on", out var others)
        ? others is List<object> list ? [.. list.Select(one => (string)one)] : [.. ComposeFile.Map(others).Keys]
        : [];

    public IReadOnlyDictionary<string, object> Option(string option) => ComposeFile.Map(options[option]);

    private IReadOnlyList<string> List(string option) => options.TryGetValue(option, out var value) ? [.. ((List<object>)value).Select(one => (string)one)] : [];
}
