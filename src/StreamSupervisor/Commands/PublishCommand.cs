using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using StreamSupervisor.Client;
using StreamSupervisor.Domain;
using StreamSupervisor.Agent;

namespace StreamSupervisor.Commands;

/// <summary><c>publish --key live/cam1 -- ffmpeg … -f flv {url}</c>: the agent for encoders that cannot be changed.</summary>
internal static class PublishCommand
{
    public const string ApiKeyVariable = "STREAMSUPERVISOR_API_KEY";
    public const string CredentialVariable = "STREAMSUPERVISOR_CREDENTIAL";
    private const string DefaultServer = "http://127.0.0.1:8085";

    public static Command Create()
    {
        var key = new Option<string>("--key", "-k") { Description = "The stream: app/stream or vhost/app/stream.", HelpName = "KEY",
            Required = true };
        var server = new Option<string[]>("--server", "-s")
        {
            Description = $"Address of a supervisor; may be repeated, the first that answers is used. "
                + $"Default: {ApiClientSwitches.ServerVariable}, else {DefaultServer}.",
            HelpName = "URL",
            Arity = ArgumentArity.OneOrMore,
        };
        var apiKey = new Option<string?>("--api-key") { Description =
            $"The API key. Better in {ApiKeyVariable}, where others on this machine cannot see it.", HelpName = "KEY" };
        var credential = new Option<string?>("--credential")
        {
            Description = "The credential for the stream, as the query of a publish address ('token=v1.…'). Better in "
                + $"{CredentialVariable}.",
            HelpName = "QUERY",
        };
        var ca = ApiClientSwitches.CaOption();
        var encoder = new Option<string?>("--encoder-id") { Description =
            "Names this encoder; keep it over restarts. Default: this machine's name and the key.", HelpName = "ID" };
        var fallback = new Option<string?>("--fallback-url") { Description =
            "Where to publish when no supervisor answers. Without it: wait for one.", HelpName = "URL" };
        var prefer = new Option<string?>("--prefer-origin") { Description = "The SRS server to publish to, if it can be had.",
            HelpName = "NAME" };
        var bursts = new Option<int?>("--give-up-after") { Description =
            "End after so many bursts of three tries without getting on air. Default: never.", HelpName = "BURSTS" };
        var language = new Option<string?>("--lang") { Description = "en or zh. Default: the environment's language.", HelpName = "LANG" };
        var command = new Argument<string[]>("command")
        {
            Description = $"After --: the encoder and its arguments; {PublishChild.UrlPlaceholder} stands for the address to publish to.",
            Arity = ArgumentArity.OneOrMore,
        };

        var publish = new Command("publish",
            "Run an encoder under supervision: it is started when the way is free, with the address that it should publish to, and again "
            + $"when it ends too early. Ends with 0 when the encoder ends with 0, {PublishExit.PermanentlyRefused} when it was refused "
            + $"for good, {PublishExit.GaveUp} when it gave up.")
        {
            key, server, apiKey, ca, credential, encoder, fallback, prefer, bursts, language, command,
        };
        publish.SetAction(async (parsed, cancellation) =>
        {
            var arguments = parsed.GetValue(command)!;
            RefuseUnknownOptions(parsed, arguments);
            if (!StreamKey.TryParse(parsed.GetValue(key), out var streamKey))
            {
                throw new CommandException($"'{parsed.GetValue(key)}' is no stream key; write app/stream or vhost/app/stream.",
                    ExitCodes.Usage);
            }

            if (!arguments.Skip(1).Any(a => a.Contains(PublishChild.UrlPlaceholder, StringComparison.Ordinal)))
            {
                throw new CommandException(
                    $"The command does not say where the address belongs; write {PublishChild.UrlPlaceholder} in its place.",
                    ExitCodes.Usage);
            }

            if (parsed.GetValue(bursts) < 1)
            {
                throw new CommandException("--give-up-after takes 1 or more.", ExitCodes.Usage);
            }

            using var http = TrustedAuthorities.CreateClient(ApiClientSwitches.AuthoritiesOf(parsed, ca));
            var supervisor = new SupervisorClient(http, new SupervisorClientOptions
            {
                Addresses = AddressesOf(parsed.GetValue(server)),
                ApiKey = parsed.GetValue(apiKey) ?? Environment.GetEnvironmentVariable(ApiKeyVariable),
            });
            var session = new EncoderSession(supervisor, new EncoderSessionOptions
            {
                Key = streamKey.ToString(),
                EncoderId = parsed.GetValue(encoder) ?? $"{Environment.MachineName}:{streamKey.App}/{streamKey.Stream}",
                Credential = parsed.GetValue(credential) ?? Environment.GetEnvironmentVariable(CredentialVariable),
                FallbackUrl = parsed.GetValue(fallback),
                PreferOrigin = parsed.GetValue(prefer),
                Retry = RetryPolicy.Default with { MaxBursts = parsed.GetValue(bursts) },
            });
            var agent = new PublishAgent(session, arguments, parsed.GetValue(language)
                ?? Language.OfEnvironment, parsed.InvocationConfiguration.Error, TimeProvider.System);
            return await RunAsync(agent, cancellation);
        });
        return publish;
    }

    private static async Task<int> RunAsync(PublishAgent agent, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        void Stop(PosixSignalContext context)
        {
            // Not the runtime's default, which ends us before the encoder has ended its stream.
            context.Cancel = true;
            agent.StopBy(context.Signal);
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await agent.RunAsync(stop.Token);
    }

    /// <summary>The encoder's command takes every word that is left, so a mistyped option would be run as a program.</summary>
    private static void RefuseUnknownOptions(ParseResult parsed, string[] arguments)
    {
        var tokens = parsed.Tokens;
        var dashes = tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Count();
        var before = dashes < tokens.Count ? arguments.Take(arguments.Length - (tokens.Count - dashes - 1)) : arguments.Take(1)
            .Where(word => word.StartsWith('-'));
        if (before.FirstOrDefault() is { } unknown)
        {
            throw new CommandException($"'{OutputTable.Plain(unknown)}' is no option of publish (streamsupervisor publish --help). "
                + "The encoder's command begins after --.", ExitCodes.Usage);
        }
    }

    private static List<Uri> AddressesOf(string[]? servers)
    {
        var addresses = new List<Uri>();
        foreach (var text in servers is { Length: > 0 } ? servers : [ApiClientSwitches.ServerOfEnvironment ?? DefaultServer])
        {
            addresses.Add(Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? address
                : throw new CommandException($"'{text}' is no address of a supervisor; write {DefaultServer}.", ExitCodes.Usage));
        }

        return addresses;
    }
}
