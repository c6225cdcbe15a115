using System.CommandLine;
using Spectre.Console;
using StreamSupervisor.Demo;

namespace StreamSupervisor.Commands;

/// <summary><c>demo</c>: the same encoders on bad networks, first without and then with the supervisor.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var seconds = Number("--seconds", 70, 4, 3600, "How long both acts take together, half each.");
        var members = Number("--members", 1, 1, 9, "More than 1: so many supervisors in processes of their own on a throw-away "
            + "PostgreSQL, of which one is killed and one stopped meanwhile.");
        var seed = new Option<int>("--seed") { Description = "Of the simulated servers.", DefaultValueFactory = _ => 1 };
        var plain = new Option<bool>("--plain") { Description =
            "Lines instead of a live table; so it is anyway where there is no terminal." };
        var language = new Option<string?>("--lang") { Description = "en or zh. Default: the environment's language.", HelpName = "LANG" };
        language.AcceptOnlyFromAmong("en", "zh");
        var command = new Command("demo",
            "Show what it does, without an SRS: simulated servers and encoders, without and with the supervisor.") { seconds, members, seed,
            plain, language };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(members) > 1)
            {
                _ = ThrowAwayPostgres.FindBinaries(); // Half a minute later would be too late to say that there is none.
            }

            var output = parsed.InvocationConfiguration.Output;
            var words = Language.IsChinese(parsed.GetValue(language)) ? DemoWords.Zh : DemoWords.En;
            var length = TimeSpan.FromSeconds(parsed.GetValue(seconds) / 2.0);
            var live = !parsed.GetValue(plain) && Terminal.Shows(output);
            var stage = new DemoStage(length, words, TimeProvider.System);
            try
            {
                await BuildAsync(stage, parsed.GetValue(seed), parsed.GetValue(members), words, output, live, cancellation);
                var (without, with, incidents) = live
                    ? await AnsiConsole.Live(new Text("")).StartAsync(screen =>
                        stage.PlayAsync(new LiveDemoView(screen, length, AnsiConsole.Profile.Width, words), cancellation))
                    : await stage.PlayAsync(new PlainDemoView(output, words), cancellation);
                DemoSummary.Write(output, words, without, with, incidents);
            }
            finally
            {
                await (live
                    ? AnsiConsole.Status().StartAsync(words.Leaving, _ => stage.DisposeAsync().AsTask())
                    : stage.DisposeAsync().AsTask());
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Says from the first moment on what takes its time, and then where the pages are.</summary>
    private static async Task BuildAsync(DemoStage stage, int seed, int members, DemoWords words, TextWriter output, bool live,
        CancellationToken cancellation)
    {
        IReadOnlyList<string> pages = [];
        if (live)
        {
            await AnsiConsole.Status().StartAsync(words.Building, async status =>
                pages = await stage.OpenAsync(seed, members, step => status.Status(Markup.Escape(step)), cancellation));
        }
        else
        {
            await output.WriteLineAsync(words.Building);
            pages = await stage.OpenAsync(seed, members, output.WriteLine, cancellation);
        }

        await output.WriteLineAsync(words.Dashboard);
        foreach (var page in pages)
        {
            await output.WriteLineAsync($"  {page}");
        }

        await output.WriteLineAsync();
    }

    private static Option<int> Number(string name, int preset, int min, int max, string description)
    {
        var option = new Option<int>(name) { Description = $"{description} {min} to {max}.", DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            // What is no number at all is refused by the parser itself.
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && (number < min || number > max))
            {
                result.AddError($"{name} is a number from {min} to {max}.");
            }
        });
        return option;
    }
}
