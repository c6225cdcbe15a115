using System.CommandLine;
using Spectre.Console;
using StreamSupervisor.Demo;

namespace StreamSupervisor.Commands;

/// <summary><c>demo</c>: the same encoders on bad networks, first without and then with the supervisor.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long it takes in all; half for each act.", DefaultValueFactory = _ => 70 };
        var seed = new Option<int>("--seed") { Description = "Of the simulated servers.", DefaultValueFactory = _ => 1 };
        var plain = new Option<bool>("--plain") { Description = "Lines instead of a live table; so it is anyway where there is no terminal." };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 4 or > 3600)
            {
                result.AddError("--seconds is a number from 4 to 3600.");
            }
        });

        var command = new Command("demo", "Show what it does, without an SRS: simulated servers and encoders, without and with the supervisor.") { seconds, seed, plain };
        command.SetAction(async (parsed, cancellation) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var length = TimeSpan.FromSeconds(parsed.GetValue(seconds) / 2.0);
            var view = new DemoView(output);
            await using var stage = new DemoStage(TimeProvider.System);
            var live = !parsed.GetValue(plain) && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
            var (without, with) = live
                ? await AnsiConsole.Live(new Markup("")).StartAsync(screen => stage.PlayAsync(length, parsed.GetValue(seed),
                    (title, passed, encoders) => screen.UpdateTarget(DemoView.Table(title, passed, length, encoders)), cancellation))
                : await stage.PlayAsync(length, parsed.GetValue(seed), view.Plain, cancellation);
            view.Summary(length, without, with);
            return ExitCodes.Ok;
        });
        return command;
    }
}
