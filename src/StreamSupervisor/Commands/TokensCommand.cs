using System.CommandLine;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Commands;

/// <summary>
/// <c>tokens sign</c> and <c>tokens verify</c>: make and check publish credentials without a running supervisor; <c>tokens key</c> makes a
/// key of the API.
/// </summary>
public static partial class TokensCommand
{
    public const string SecretVariable = "STREAMSUPERVISOR_TOKEN_SECRET";
    private const int Wrong = 1;
    private const int Usage = 2;

    public static Command Create(TimeProvider? time = null) => new("tokens", "Make and check publish credentials, and keys of the API.")
    {
        Sign(time ?? TimeProvider.System),
        Verify(time ?? TimeProvider.System),
        Key(),
    };

    private static Command Key()
    {
        var command = new Command("key", "Make a key of the API: prints it, and its hash for the settings, which is no key.");
        command.SetAction(parsed =>
        {
            var (output, key) = (parsed.InvocationConfiguration.Output, ApiKeyHash.NewKey());
            output.WriteLine($"key       {key}");
            output.WriteLine($"key-hash  {ApiKeyHash.TextOf(key)}");
            return 0;
        });
        return command;
    }

    private static Option<CredentialScheme> SchemeOption() => new("--scheme")
    {
        Description = "token (our own), jwt (HS256), tencent, aliyun, or secret, stream-name (verify only)",
        DefaultValueFactory = _ => CredentialScheme.Token,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value.Replace("-", "", StringComparison.Ordinal);
            if (Enum.TryParse<CredentialScheme>(text, ignoreCase: true, out var scheme) && scheme != CredentialScheme.None
                && !char.IsDigit(text[0]))
            {
                return scheme;
            }

            result.AddError($"'{result.Tokens[0].Value}' is no scheme; take one of secret, stream-name, token, jwt, tencent, aliyun.");
            return CredentialScheme.None;
        },
    };

    private static Option<string> KeyOption(string description) => new("--key") { Description = description, Required = true };

    private static Option<string?> SecretOption() =>
        new("--secret") { Description = $"The secret. Others on this machine can see it here; better: --secret-file or {SecretVariable}." };

    private static Option<FileInfo?> SecretFileOption() =>
        new("--secret-file") { Description = "A file with the secret in its first line." };

    private static Option<TimeSpan> DurationOption(string name, string description, TimeSpan @default) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => @default,
        CustomParser = result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out var duration))
            {
                return duration;
            }

            result.AddError($"'{result.Tokens[0].Value}' is no duration; write 90s, 15m, 12h or 30d.");
            return default;
        },
    };

    private static Command Sign(TimeProvider time)
    {
        var scheme = SchemeOption();
        var key = KeyOption("What it is good for: a key such as live/cam1.");
        var pattern = new Option<bool>("--pattern") { Description =
            "The key is a pattern such as live/*: good for all keys that match (token, jwt)." };
        var subject = new Option<string>("--subject") { Description = "Who will publish with it.", DefaultValueFactory = _ => "encoder" };
        var valid = DurationOption("--valid", "How long it is good: 90s, 15m, 12h, 30d.", TimeSpan.FromHours(1));
        var address = new Option<string?>("--address") { Description = "Good from this address only (token)." };
        var secret = SecretOption();
        var file = SecretFileOption();
        var command = new Command("sign", "Make a credential; prints the query to put behind the publish address.") { scheme, key, pattern,
            subject, valid, address, secret, file };
        command.SetAction(parsed =>
        {
            if (WhatIsWrong(parsed.GetValue(scheme), parsed.GetValue(key)!, parsed.GetValue(pattern), parsed.GetValue(subject)!,
                parsed.GetValue(valid),
                parsed.GetValue(address)) is { } wrong)
            {
                return Complain(parsed, wrong);
            }

            if (!TryGetSecret(parsed, secret, file, out var word))
            {
                return Usage;
            }

            var made = Make(parsed.GetValue(scheme), parsed.GetValue(key)!, parsed.GetValue(subject)!, parsed.GetValue(address), word,
                time.GetUtcNow() + parsed.GetValue(valid), out var problem);
            if (made is null)
            {
                return Complain(parsed, problem);
            }

            parsed.InvocationConfiguration.Output.WriteLine("?" + made);
            return 0;
        });
        return command;
    }

    private static Command Verify(TimeProvider time)
    {
        var query = new Argument<string>("query") { Description = "The query of the publish address, such as '?token=v1.…'." };
        var scheme = SchemeOption();
        var key = KeyOption("The key that is to be published, such as live/cam1.");
        var address = new Option<string>("--address") { Description = "The encoder's address.", DefaultValueFactory = _ => "" };
        var validity = new Option<string?>("--validity") { Description = "tencent, aliyun: the validity period of the vendor's console." };
        var secret = SecretOption();
        var file = SecretFileOption();
        var command = new Command("verify",
            "Check a credential as the supervisor would. Ends with 0 when it is valid, else with 1.") { query, scheme, key, address,
            validity, secret, file };
        command.SetAction(parsed =>
        {
            if (!TryGetSecret(parsed, secret, file, out var word))
            {
                return Usage;
            }

            if (!StreamKey.TryParse(parsed.GetValue(key), out var streamKey))
            {
                return Complain(parsed, $"'{parsed.GetValue(key)}' is no stream key; write app/stream or vhost/app/stream.");
            }

            TimeSpan? extra = null;
            if (parsed.GetValue(validity) is { } text)
            {
                if (!Duration.TryParse(text, out var duration))
                {
                    return Complain(parsed, $"'{text}' is no duration; write 90s, 15m, 12h or 30d.");
                }

                extra = duration;
            }

            var rule = new CredentialRuleOptions { Match = "*", Scheme = parsed.GetValue(scheme), Primary = word, Validity = extra };
            var options = new CredentialOptions { Rules = { rule } };
            if (CredentialOptionsValidator.Validate(options).FirstOrDefault() is { Problem: { } problem })
            {
                return Complain(parsed, "The secret " + problem + ".");
            }

            var gate = new CredentialGate(options, new RegistrationCredential(new()));
            var result = gate.Check(streamKey, parsed.GetValue(query), parsed.GetValue(address)!, time.GetUtcNow());
            var who = result.Subject is null ? "" : $" (subject {result.Subject})";
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{result.Verdict.ToString().ToLowerInvariant()}{who} for {result.EffectiveKey}");
            return result.Verdict == CredentialVerdict.Valid ? 0 : Wrong;
        });
        return command;
    }

    private static bool TryGetSecret(ParseResult parsed, Option<string?> option, Option<FileInfo?> file, out string secret)
    {
        secret = parsed.GetValue(option) ?? "";
        if (secret.Length == 0 && parsed.GetValue(file) is { } path)
        {
            try
            {
                secret = File.ReadLines(path.FullName).FirstOrDefault() ?? "";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Complain(parsed, $"Cannot read the secret: {e.Message}");
                return false;
            }
        }

        if (secret.Length == 0)
        {
            secret = Environment.GetEnvironmentVariable(SecretVariable) ?? "";
        }

        if (secret.Length == 0)
        {
            Complain(parsed, $"A secret is needed: --secret-file, {SecretVariable} or --secret.");
            return false;
        }

        return true;
    }

    private static int Complain(ParseResult parsed, string problem)
    {
        parsed.InvocationConfiguration.Error.WriteLine(problem);
        return Usage;
    }
}
