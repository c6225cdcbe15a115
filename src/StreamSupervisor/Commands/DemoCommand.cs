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
        var command = new Command("demo",
            "Show what it does, without an SRS: simulated servers and encoders, without and with the supervisor.") { seconds, members, seed,
            plain };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(members) > 1)
            {
                _ = ThrowAwayPostgres.FindBinaries(); // Half a minute later would be too late to say that there is none.
            }

            var output = parsed.InvocationConfiguration.Output;
            var length = TimeSpan.FromSeconds(parsed.GetValue(seconds) / 2.0);
            var live = !parsed.GetValue(plain) && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
            await using (var stage = new DemoStage(length, TimeProvider.System))
            {
                if (parsed.GetValue(members) > 1)
                {
                    await output.WriteLineAsync($"starting a PostgreSQL and {parsed.GetValue(members)} members");
                }

                await TellPagesAsync(output, await stage.OpenAsync(parsed.GetValue(seed), parsed.GetValue(members), cancellation));
                var (without, with, incidents) = live
                    ? await AnsiConsole.Live(new Text(""))
                        .StartAsync(screen => stage.PlayAsync(new LiveDemoView(screen, length, AnsiConsole.Profile.Width), cancellation))
                    : await stage.PlayAsync(new PlainDemoView(output), cancellation);
                DemoSummary.Write(output, length, without, with, incidents);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task TellPagesAsync(TextWriter output, IReadOnlyList<string> pages)
    {
        await output.WriteLineAsync("The dashboard, for a browser on this machine, until the end; it comes to life in the second half:");
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
