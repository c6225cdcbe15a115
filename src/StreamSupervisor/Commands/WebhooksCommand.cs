using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Configuration.Validation;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Commands;

/// <summary><c>webhooks</c>: who is told what happens, and a try whether a receiver understands it.</summary>
internal static class WebhooksCommand
{
    /// <summary>The secret of <c>webhooks test</c>; a switch would show it to others on this machine.</summary>
    private const string SecretVariable = "STREAMSUPERVISOR_WEBHOOK_SECRET";

    public static Command Create()
    {
        var command = new Command("webhooks", "Who is told what happens: how the receivers do, and a try with a real signature.");
        var switches = ApiClientSwitches.AddTo(command);
        command.Add(CreateList(switches));
        command.Add(CreateRedeliver(switches));
        command.Add(CreateTest());
        return command;
    }

    private static Command CreateList(ApiClientSwitches switches)
    {
        var command = new Command("list", "List the receivers, how far each has heard, and what went wrong last.");
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var list = ApiClientSwitches.Take(await supervisor.ListWebhooksAsync(cancellation));
            var output = parsed.InvocationConfiguration.Output;
            if (format.IsJson(parsed))
            {
                output.WriteLine(JsonSerializer.Serialize(list, WebhookJson.Indented.WebhookList));
            }
            else
            {
                Write(list.Webhooks, output);
            }
        }));
        return command;
    }

    private static Command CreateRedeliver(ApiClientSwitches switches)
    {
        var webhook = new Argument<string>("webhook") { Description = "The receiver: its name, or its number in the settings, from 0.",
            HelpName = "NAME" };
        var why = new Option<string>("--why") { Description = "The reason, for the log.", HelpName = "TEXT", Required = true };
        var after = new Option<string?>("--after")
        {
            Description = "Go on behind this message, event-… or notice-…, or this id of the feed: an older one sends again, a newer "
                + "leaves out.",
            HelpName = "ID",
        };
        var command = new Command("redeliver", "Send at once, also to a receiver that is parked.") { webhook, why, after };
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async supervisor =>
        {
            var view = ApiClientSwitches.Take(await supervisor.RedeliverAsync(
                parsed.GetValue(webhook)!, new RedeliverBody(parsed.GetValue(why), parsed.GetValue(after)), cancellation));
            parsed.InvocationConfiguration.Output.WriteLine(OutputTable.Plain(
                $"{view.Name} ({view.Host}) is sent what it has not heard: {Number(view.Behind)} events and notices at most."));
        }));
        return command;
    }

    private static Command CreateTest()
    {
        var url = new Argument<string>("url") { Description = "Where to post it: https, or http to this machine.", HelpName = "URL" };
        var file = new Option<string?>("--secret-file")
        {
            Description = $"The secret: the first line of this file. Else {SecretVariable}, else that of the receiver in --config.",
            HelpName = "FILE",
        };
        var command = new Command("test", "Post one event from here, signed as real ones are. No supervisor need run.") { url, file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var target = TargetOf(parsed.GetValue(url)!, parsed.GetValue(file), parsed.GetValue<string?>("--config"));
            using var post = new WebhookPost(target, connections: 1, new WebhookPace().Timeout, TimeProvider.System);
            var began = TimeProvider.System.GetTimestamp();
            var outcome = await post.SendAsync(TestMessage.New(TimeProvider.System.GetUtcNow()), cancellation);
            var took = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            if (outcome.Why is { } why)
            {
                throw new CommandException($"{target.Host} did not take the message. {why}");
            }

            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{target.Host} took the message: it answered {outcome.Status} after {took:0} ms."));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static WebhookTarget TargetOf(string url, string? file, string? config)
    {
        var secret = Environment.GetEnvironmentVariable(SecretVariable) ?? "";
        var options = file is not null ? new WebhookOptions { Url = url, Secret = FirstLineOf(file) }
            : secret.Length > 0 ? new WebhookOptions { Url = url, Secret = secret }
            : config is not null && SupervisorConfiguration.Load(config).Options.Webhooks.Find(one => one.Url == url) is { } configured
                ? configured
            : throw new CommandException($"No secret to sign with: set {SecretVariable}, write --secret-file FILE, or --config FILE with "
                + "a receiver of this address.", ExitCodes.Usage);
        var problems = new List<ConfigProblem>();
        WebhooksValidator.Check([options], new Checks(null, problems));
        return problems is [var first, ..]
            ? throw new CommandException(first.ToString().Replace("webhooks[0].", "", StringComparison.Ordinal), ExitCodes.Usage)
            : new WebhookTarget(0, options);
    }

    private static string FirstLineOf(string file)
    {
        var read = new SecretFiles(new Dictionary<string, string>(), file).Read(Path.GetFullPath(file), null);
        return read.Value ?? throw new CommandException($"--secret-file: {read.Problem} {read.Fix}", ExitCodes.Usage);
    }

    private static void Write(IReadOnlyList<WebhookView> webhooks, TextWriter output)
    {
        if (webhooks.Count == 0)
        {
            output.WriteLine("No webhooks are configured.");
            return;
        }

        var table = new OutputTable("number", "name", "host", "state", "behind", "delivered", "last error");
        foreach (var one in webhooks)
        {
            var error = one.LastErrorAt is { } at ? $"{OutputTable.Time(at)} {one.LastError}" : "";
            table.Add(Number(one.Number), one.Name, one.Host, one.State, Number(one.Behind), Number(one.Delivered),
                one.NextTryAt is { } next && one.State == "failing" ? $"{error} Tried again at {OutputTable.Time(next)}." : error);
        }

        table.Write(output);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
