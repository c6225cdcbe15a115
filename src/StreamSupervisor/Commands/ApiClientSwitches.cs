using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamSupervisor.Client;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands;

/// <summary><c>--server</c>, <c>--config</c> and <c>--api-key</c>: the same for every command that asks a running supervisor.</summary>
internal sealed class ApiClientSwitches
{
    public const string ApiKeyVariable = "STREAMSUPERVISOR_API_KEY";

    /// <summary>Where the supervisor is, for those who would write <c>--server</c> each time.</summary>
    public const string ServerVariable = "STREAMSUPERVISOR_SERVER";

    /// <summary>Whose certificates are trusted, for those who would write <c>--ca</c> each time.</summary>
    public const string CaVariable = "STREAMSUPERVISOR_CA";

    /// <summary>The same, or null where it is not set.</summary>
    public static string? ServerOfEnvironment => Environment.GetEnvironmentVariable(ServerVariable) is { Length: > 0 } server ? server
        : null;

    /// <summary>Who gives an order on this machine. Null where the system knows none: then the supervisor names the caller.</summary>
    public static string? UserName => Environment.UserName is { Length: > 0 } name ? name : null;

    private readonly Door _door;
    private readonly Option<string?> _server;

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "Settings of the supervisor on this machine: says where it listens.", HelpName = "FILE", Recursive = true,
    };

    private readonly Option<string?> _apiKey = new("--api-key")
    {
        Description = $"An API key, where the supervisor asks for one. Others on this machine can see it here; better: {ApiKeyVariable}.",
            HelpName = "KEY", Recursive = true,
    };

    private readonly Option<string?> _ca = CaOption(recursive: true);

    private ApiClientSwitches(Door door)
    {
        _door = door;
        _server = new("--server", "-s")
        {
            Description = $"{door.What}. Default: {door.Setting} of --config, else "
                + $"{(door.Variable is null ? "" : $"{door.Variable}, else ")}{door.Default}.", HelpName = "URL", Recursive = true,
        };
    }

    /// <summary><c>--ca</c>.</summary>
    /// <param name="recursive">Whether the commands below have it too.</param>
    public static Option<string?> CaOption(bool recursive = false) => new("--ca")
    {
        Description = "For an https address whose certificate an authority of your own has signed: that one's certificate, in PEM. "
            + $"Default: {CaVariable}, else the authorities that this machine trusts.", HelpName = "FILE", Recursive = recursive,
    };

    /// <summary>Whose certificates are trusted; null: those that this machine trusts.</summary>
    /// <exception cref="CommandException">The file holds no certificate, or cannot be read.</exception>
    public static X509Certificate2Collection? AuthoritiesOf(ParseResult parsed, Option<string?> ca) =>
        AuthoritiesIn(parsed.GetValue(ca) ?? Environment.GetEnvironmentVariable(CaVariable));

    /// <summary>Gives a command and those below it the switches.</summary>
    public static ApiClientSwitches AddTo(Command command) =>
        AddTo(command, new Door("The supervisor's address", "http.listen", "http://127.0.0.1:8085", options => options.Http.Listen,
            ServerVariable));

    /// <summary>The same for commands that ask the listener for health and cluster.</summary>
    public static ApiClientSwitches AddManagementTo(Command command) =>
        AddTo(command, new Door("The address for management of a supervisor", "management.listen", "http://127.0.0.1:8558",
            options => options.Management.Listen));

    private static ApiClientSwitches AddTo(Command command, Door door)
    {
        var switches = new ApiClientSwitches(door);
        command.Add(switches._server);
        command.Add(switches._config);
        command.Add(switches._apiKey);
        command.Add(switches._ca);
        return switches;
    }

    /// <summary>Asks the supervisor that the switches name.</summary>
    public async Task<int> AskAsync(ParseResult parsed, Func<SupervisorApiClient, Task> ask)
    {
        var key = parsed.GetValue(_apiKey) ?? Environment.GetEnvironmentVariable(ApiKeyVariable);
        if (key is not null && (key.Length == 0 || key.Any(character => character is < '!' or > '~')))
        {
            throw new CommandException("An API key is made of letters, digits and signs of ASCII, without spaces.", ExitCodes.Usage);
        }

        using var client = new SupervisorApiClient(
            AddressOf(parsed), key, AuthoritiesOf(parsed, _ca));
        await ask(client);
        return ExitCodes.Ok;
    }

    /// <summary>The value of an answer.</summary>
    /// <exception cref="CommandException">It is a problem; the message says which.</exception>
    public static T Take<T>(ApiAnswer<T> answer)
        where T : class => answer.Value ?? throw new CommandException(OutputTable.Plain(answer.Problem!.Detail), answer.Problem switch
        {
            { Reason: SupervisorApiClient.Unreachable or SupervisorApiClient.NotASupervisor } => ExitCodes.Unreachable,
            { Status: 401 or 403 } => ExitCodes.Forbidden,
            _ => ExitCodes.Failed,
        });

    public static Argument<string> KeyArgument() =>
        new("key") { Description = "The stream key: app/stream or vhost/app/stream.", HelpName = "KEY" };

    /// <exception cref="CommandException">It is no stream key.</exception>
    public static StreamKey KeyOf(ParseResult parsed, Argument<string> argument) =>
        StreamKey.TryParse(parsed.GetValue(argument), out var key)
        ? key
        : throw new CommandException(
            $"'{OutputTable.Plain(parsed.GetValue(argument) ?? "")}' is no stream key; write app/stream or vhost/app/stream.",
            ExitCodes.Usage);

    private static X509Certificate2Collection? AuthoritiesIn(string? file)
    {
        if (string.IsNullOrEmpty(file))
        {
            return null;
        }

        try
        {
            return TrustedAuthorities.Read(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandException($"--ca: '{file}' cannot be read: {fault.Message}", ExitCodes.Usage);
        }
    }

    private Uri AddressOf(ParseResult parsed)
    {
        var text = parsed.GetValue(_server) ?? (parsed.GetValue(_config) is { } file ? ListenOf(file) : (_door.Variable is null ? null
            : ServerOfEnvironment) ?? _door.Default);
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new CommandException($"'{text}' is no address; write --server {_door.Default}.", ExitCodes.Usage);
    }

    /// <summary>
    /// Where a supervisor with these settings listens, as seen from this machine. Mistakes elsewhere in the settings do not matter here.
    /// </summary>
    private string ListenOf(string file)
    {
        var loaded = SupervisorConfiguration.Load(file);
        if (!loaded.IsUsable && _door.ListenOf(loaded.Options).Count == 0)
        {
            throw new CommandException(string.Join(Environment.NewLine, loaded.Problems), ExitCodes.Usage);
        }

        return CallableAddress.Of(_door.ListenOf(loaded.Options).FirstOrDefault() ?? _door.Default);
    }

    /// <summary>One of the listeners of a supervisor.</summary>
    private sealed record Door(string What, string Setting, string Default, Func<SupervisorOptions, List<string>> ListenOf,
        string? Variable = null);
}
