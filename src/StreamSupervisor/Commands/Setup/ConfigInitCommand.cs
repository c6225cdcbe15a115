using System.CommandLine;
using System.Net;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Commands.Setup;

/// <summary><c>config init</c>: a configuration to begin with, and the lines for SRS that belong to it.</summary>
internal static class ConfigInitCommand
{
    public const string FileName = "streamsupervisor.conf";
    private const string DefaultSrs = "srs-1=http://127.0.0.1:1985";
    private const string Output = "-";

    public static Command Create()
    {
        var srs = new Option<string[]>("--srs")
        {
            Description = $"An SRS server: its name and the address of its http_api. May be repeated. Default: {DefaultSrs}.",
            HelpName = "NAME=URL", Arity = ArgumentArity.OneOrMore,
        };
        var cluster = new Option<bool>("--cluster")
        {
            Description = "For several supervisors that stand in for each other, on PostgreSQL.",
        };
        var url = new Option<string?>("--url")
        {
            Description = "Where the SRS servers reach the supervisor; of a cluster the one address in front of all members.",
            HelpName = "URL",
        };
        var postgres = new Option<string[]>("--postgres")
        {
            Description = "A host of PostgreSQL, with --cluster. May be repeated: a primary and its standbys. Default: 127.0.0.1.",
            HelpName = "HOST", Arity = ArgumentArity.OneOrMore,
        };
        var coworkers = new Option<bool>("--origin-cluster")
        {
            Description = "SRS servers ask the supervisor where a stream is that they are asked to play (coworkers).",
        };
        var version = SrsLinesCommand.VersionOption();
        var output = new Option<string>("--output", "-o")
        {
            Description = $"The folder for {FileName}, or - for standard output.", HelpName = "DIR", DefaultValueFactory = _ => ".",
        };
        var force = new Option<bool>("--force") { Description = "Write over a file that is there." };
        var command = new Command("init",
            "Write a configuration of few lines with secrets of its own, and show the lines that belong into each srs.conf.")
        {
            srs, cluster, url, postgres, coworkers, version, output, force,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var supervisor = SrsLinesCommand.UrlOf(parsed.GetValue(url));
            var named = SrsLinesCommand.VersionOf(parsed.GetValue(version));
            var servers = parsed.GetValue(srs) is { Length: > 0 } given ? given : [DefaultSrs];
            var plan = new Plan(parsed.GetValue(cluster), supervisor, parsed.GetValue(postgres) ?? [], parsed.GetValue(output)!,
                parsed.GetValue(force), named);
            return RunAsync(plan, [.. servers.Select(one => OriginOf(one, parsed.GetValue(coworkers), named))],
                parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static async Task RunAsync(
        Plan plan, IReadOnlyList<OriginOptions> origins, InvocationConfiguration console, CancellationToken cancellation)
    {
        if (plan.Cluster && plan.Url is null)
        {
            throw new CommandException("A cluster needs --url http://ADDRESS:8085: the one address in front of the members (a virtual "
                + "address, a TCP load balancer) that each SRS posts its hooks to.", ExitCodes.Usage);
        }

        if (!plan.Cluster && plan.Postgres.Count > 0)
        {
            throw new CommandException("--postgres is for --cluster: one supervisor alone keeps its journal in a file.", ExitCodes.Usage);
        }

        var configuration = new NewConfiguration(origins, OwnAddress(plan, origins))
        {
            DatabaseHosts = plan.Postgres.Count > 0 ? plan.Postgres : ["127.0.0.1"],
        };
        var text = plan.Cluster ? configuration.Cluster() : configuration.Standalone();
        var options = Checked(text);
        if (plan.Output == Output)
        {
            await console.Output.WriteAsync(text.AsMemory(), cancellation);
            await ShowWhatElseAsync(plan, configuration, options, console.Error, cancellation);
            return;
        }

        var file = Path.Combine(plan.Output, FileName);
        await PrivateFile.WriteAsync(file, text, plan.Force, cancellation);
        await console.Output.WriteLineAsync($"{file} is written; only this user can read it.".AsMemory(), cancellation);
        await ShowWhatElseAsync(plan, configuration, options, console.Output, cancellation);
        await console.Output.WriteLineAsync($"# Then: streamsupervisor serve --config {file}".AsMemory(), cancellation);
    }

    /// <summary>What belongs into other places: into each srs.conf, to whoever calls the API, and into PostgreSQL.</summary>
    private static async Task ShowWhatElseAsync(
        Plan plan, NewConfiguration configuration, SupervisorOptions options, TextWriter output, CancellationToken cancellation)
    {
        foreach (var origin in options.Origins)
        {
            var url = plan.Url ?? HookAddress.Of(options.Http.Listen, origin.Api)!.Url;
            var title = $"\n# Into the srs.conf of {origin.Name}; lint it afterwards: streamsupervisor lint srs.conf\n";
            await output.WriteLineAsync((title + SrsLines.Of(origin, url, plan.Version)).AsMemory(), cancellation);
        }

        if (configuration.ApiKey is { } key)
        {
            await output.WriteLineAsync(("# The API key of 'admin', shown this once: the file holds its hash. It signs in at /ui, and "
                + $"commands take it from here:\nexport {ApiClientSwitches.ApiKeyVariable}={key}\n").AsMemory(), cancellation);
        }

        if (plan.Cluster)
        {
            await output.WriteLineAsync($"# Once, as the owner of PostgreSQL:\n{configuration.DatabaseCommands}\n".AsMemory(),
                cancellation);
        }
    }

    /// <summary>Where the supervisor listens for servers that are elsewhere; null: all are on this machine.</summary>
    private static string? OwnAddress(Plan plan, IReadOnlyList<OriginOptions> origins)
    {
        var far = origins.Select(origin => new Uri(origin.Api)).FirstOrDefault(api => !api.IsLoopback);
        var url = plan.Url is { IsLoopback: false } ? plan.Url : null;
        if ((plan.Cluster ? far ?? url : url ?? far) is not { } towards)
        {
            return null;
        }

        var own = HookAddress.OwnAddressTowards(towards) ?? (IPAddress.TryParse(url?.Host, out _) ? url!.Host
            : throw new CommandException($"There is no way to {towards.Host} from here now. Say with --url http://ADDRESS:8085 where the "
                + "SRS servers reach the supervisor.", ExitCodes.Usage));
        return IPAddress.TryParse(own, out var address) && IPAddress.IsLoopback(address) ? null : own;
    }

    /// <summary>What is written is what <c>config check</c> finds good, or it is not written.</summary>
    private static SupervisorOptions Checked(string text)
    {
        var loaded = SupervisorConfiguration.LoadText(FileName, text, environment: new Dictionary<string, string>());
        return loaded.IsUsable ? loaded.Options : throw new CommandException(string.Join(Environment.NewLine,
            [.. loaded.Problems.Where(problem => problem.Severity == ProblemSeverity.Error).Select(problem => $"{problem}"),
                "Nothing was written."]), ExitCodes.Usage);
    }

    private static OriginOptions OriginOf(string text, bool coworkers, SrsVersion? version)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0 || !Uri.TryCreate(text[(at + 1)..], UriKind.Absolute, out var api))
        {
            throw new CommandException($"'{OutputTable.Plain(text)}' is no SRS server; write --srs {DefaultSrs}.", ExitCodes.Usage);
        }

        // An API that this machine alone reaches needs no login, and SRS 4 has none.
        var login = !api.IsLoopback && (version is null || SrsLines.HasLogin(version.Value));
        return new OriginOptions
        {
            Name = text[..at], Api = text[(at + 1)..], HookToken = NewConfiguration.Secret(),
            CoworkersToken = coworkers ? NewConfiguration.Secret() : "",
            Username = login ? "streamsupervisor" : null, Password = login ? NewConfiguration.Secret() : null,
        };
    }

    /// <summary>What was asked for.</summary>
    private sealed record Plan(
        bool Cluster, Uri? Url, IReadOnlyList<string> Postgres, string Output, bool Force, SrsVersion? Version);
}
