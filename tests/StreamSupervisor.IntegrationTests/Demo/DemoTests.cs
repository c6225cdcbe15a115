using System.Net;
using StreamSupervisor.Commands;
using StreamSupervisor.IntegrationTests.Dashboard;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;

namespace StreamSupervisor.IntegrationTests.Demo;

/// <summary><c>demo</c> as a person starts it: it plays both acts, ends by itself, says how it went, and leaves nothing behind.</summary>
public sealed class DemoTests
{
    private const string Traces = "streamsupervisor-demo-";

    [Fact]
    public async Task It_plays_the_same_encoders_without_and_with_the_supervisor_shows_its_pages_meanwhile_and_compares()
    {
        using var output = new Told();
        var played = PlayAsync(output, "demo", "--plain", "--lang", "en", "--seconds", "20");
        var address = await output.Page.WaitAsync(Eventually.Patience);
        using var pages = new PageClient(address.GetLeftPart(UriPartial.Authority));
        var first = await pages.GetAsync(address.AbsolutePath);
        first.Status.ShouldBe(HttpStatusCode.OK, "nobody needs a key");
        first.Body.ShouldNotContain("live/studio", Case.Sensitive, "the first act is without the supervisor");
        await Eventually.HoldsAsync("the second act is on the page", async () =>
            (await pages.GetAsync(address.AbsolutePath)).Body.Contains("live/studio", StringComparison.Ordinal), TimeSpan.FromMinutes(1));
        played.IsCompleted.ShouldBeFalse("the page is there while it plays");

        var said = await played;
        said.ShouldStartWith("setting the scene");
        said.ShouldContain("--- without the supervisor ---");
        said.ShouldContain("--- with the supervisor ---");
        said.ShouldContain(" back on air on srs-");
        said.ShouldMatch(@"6 encoders on 2 simulated SRS servers, (\d+ s each way|\d+ s without, \d+ s with):", "acts last as long as they last");
        said.ShouldContain("tries that SRS refused as busy");
        said.ShouldContain("streamsupervisor manual start", Case.Sensitive, "what to do next");
        said.ShouldNotContain("to the members");
    }

    [PostgresFact]
    [Trait("Run", "long")]
    public async Task With_members_one_is_killed_and_one_stopped_meanwhile_and_all_come_back()
    {
        var said = await PlayAsync("demo", "--plain", "--lang", "en", "--members", "3", "--seconds", "8");
        said.ShouldContain("starting a PostgreSQL and 3 members");
        said.ShouldContain("supervisor-2 is killed with -9");
        said.ShouldContain("the others answer for every stream key");
        said.ShouldContain("supervisor-2 is back");
        said.ShouldContain("supervisor-1 has given its stream keys away and left");
        said.ShouldContain("supervisor-1 is back");
        said.ShouldContain("supervisor-2 was killed with -9 and came back");
        await NothingIsLeftAsync();
    }

    [PostgresFact]
    [Trait("Run", "long")]
    public async Task Ended_by_a_signal_it_takes_its_members_and_its_database_with_it()
    {
        await using var demo = SupervisorProcess.Start("demo", "--plain", "--lang", "en", "--members", "2", "--seconds", "8");
        await Eventually.HoldsAsync("the members are there", () => Task.FromResult(demo.Output.Contains("--- with the", StringComparison.Ordinal)), TimeSpan.FromMinutes(2));
        demo.Terminate();
        (await demo.ExitCodeAsync()).ShouldBe(ExitCodes.Interrupted, demo.Output);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("--seconds", "3")]
    [InlineData("--seconds", "soon")]
    [InlineData("--members", "0")]
    [InlineData("--members", "10")]
    public async Task A_number_that_makes_no_sense_is_refused_with_a_sentence(string name, string value)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        (await CommandTree.RunAsync(["demo", name, value], output, error)).ShouldBe(ExitCodes.Usage);
        error.ToString().ShouldContain(name);
    }

    private static async Task<string> PlayAsync(params string[] commandLine)
    {
        using var output = new StringWriter();
        return await PlayAsync(output, commandLine);
    }

    private static async Task<string> PlayAsync(StringWriter output, params string[] commandLine)
    {
        using var error = new StringWriter();
        (await CommandTree.RunAsync(commandLine, output, error)).ShouldBe(ExitCodes.Ok, error.ToString());
        error.ToString().ShouldBeEmpty();
        return output.ToString();
    }

    /// <summary>Hears the address of the pages while the demo goes on writing.</summary>
    private sealed class Told : StringWriter
    {
        private readonly TaskCompletionSource<Uri> _page = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Uri> Page => _page.Task;

        public override Task WriteLineAsync(string? value)
        {
            if (value?.Trim() is { } line && line.EndsWith("/ui", StringComparison.Ordinal))
            {
                _page.TrySetResult(new Uri(line));
            }

            return base.WriteLineAsync(value);
        }
    }

    /// <summary>Members and database carry the folder of their demo in their command lines.</summary>
    private static Task NothingIsLeftAsync() => Eventually.HoldsAsync("no process of a demo is left", () =>
        Task.FromResult(!Directory.EnumerateDirectories("/proc").Any(process => CommandLineOf(process).Contains(Traces, StringComparison.Ordinal))));

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended, or is no process.
        }
    }
}
