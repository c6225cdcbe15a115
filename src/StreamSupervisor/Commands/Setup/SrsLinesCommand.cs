using System.CommandLine;
using System.Net;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands.Setup;

/// <summary><c>config srs-lines</c>: what belongs into the configuration of an SRS server that the settings name.</summary>
internal static class SrsLinesCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The SRS server by its configured name.", HelpName = "NAME" };
        var url = new Option<string?>("--url")
        {
            Description = "Where the server reaches the supervisor; in front of several members, their one address. Default: http.listen.",
            HelpName = "URL",
        };
        var version = VersionOption();
        var command = new Command("srs-lines", "Show the lines for a server's srs.conf: hooks, API, timeouts, coworkers. Holds secrets.")
        {
            name, url, version,
        };
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = switches.LoadUsable(parsed).Options;
            var origin = OriginOf(options, parsed.GetValue(name)!);
            var (console, named) = (parsed.InvocationConfiguration, VersionOf(parsed.GetValue(version)));
            var supervisor = UrlOf(parsed.GetValue(url)) ?? ListenerFor(origin, options, console.Error);
            Advise(origin, supervisor, named, console.Error);
            console.Output.Write(SrsLines.Of(origin, supervisor, named));
        });
        return command;
    }

    /// <summary><c>--srs-version</c>.</summary>
    public static Option<string?> VersionOption() => new("--srs-version")
    {
        Description = "The version of SRS, such as 6.0.157: leaves out what it does not know. Default: lines for all, with comments.",
        HelpName = "VERSION",
    };

    /// <exception cref="CommandException">It is no version.</exception>
    public static SrsVersion? VersionOf(string? text) => text is null ? null
        : SrsLines.TryParseVersion(text, out var version) ? version
        : throw new CommandException($"'{OutputTable.Plain(text)}' is no version of SRS from 4 on; write --srs-version 6.0.157.",
            ExitCodes.Usage);

    /// <exception cref="CommandException">It is no address that hooks could go to.</exception>
    public static Uri? UrlOf(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo: "", Fragment: "" } ? url
        : throw new CommandException($"'{OutputTable.Plain(text)}' is no address; write --url http://ADDRESS:8085.", ExitCodes.Usage);

    private static OriginOptions OriginOf(SupervisorOptions options, string name) =>
        options.Origins.Find(origin => origin.Name == name) ?? throw new CommandException(options.Origins.Count == 0
            ? "The settings name no SRS server (origins)."
            : $"The settings name no SRS server '{OutputTable.Plain(name)}'. There are: "
                + $"{string.Join(", ", options.Origins.Select(origin => origin.Name))}.");

    private static Uri ListenerFor(OriginOptions origin, SupervisorOptions options, TextWriter error)
    {
        var address = HookAddress.Of(options.Http.Listen, origin.Api) ?? throw new CommandException(
            "http.listen has no address that SRS could post its hooks to (plain http). Add one, or name it with --url.", ExitCodes.Usage);
        if (!address.Reached)
        {
            error.WriteLine($"warning: http.listen is reached from this machine only, and {origin.Name} is at {HostOf(origin.Api)}: no "
                + "hook would arrive. Add an address of this machine that it reaches to http.listen, or name it with --url.");
        }
        else if (options.Cluster.Enabled)
        {
            error.WriteLine("warning: the lines name this member alone. Write the address in front of all members with --url.");
        }

        return address.Url;
    }

    private static void Advise(OriginOptions origin, Uri supervisor, SrsVersion? version, TextWriter error)
    {
        if (!IPAddress.TryParse(supervisor.Host.Trim('[', ']'), out _))
        {
            error.WriteLine($"warning: all of SRS stands still while it looks up the name {supervisor.Host}. Write the address as "
                + "numbers.");
        }

        if (version is { } old && !SrsLines.HasLogin(old) && !string.IsNullOrEmpty(origin.Username))
        {
            error.WriteLine("warning: this version of SRS knows no login for its API (5.0.152, 6.0.40 and later do), and "
                + $"{origin.Name} has one in the settings. Let only your own network reach it.");
        }
    }

    private static string HostOf(string api) => Uri.TryCreate(api, UriKind.Absolute, out var url) ? url.Host : "another machine";
}
