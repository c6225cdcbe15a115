using System.Diagnostics;
using StreamSupervisor.Commands;

namespace StreamSupervisor.Tests.Commands;

/// <summary>The scripts are read by the shells that they are for, and complete what a person types.</summary>
public sealed class CompletionTests
{
    [ShellFact("bash")]
    public async Task Bash_finds_no_mistake_in_its_script() => (await RunAsync("bash", await ScriptAsync("bash"), "-n")).ShouldBe("");

    [ShellFact("zsh")]
    public async Task Zsh_finds_no_mistake_in_its_script() => (await RunAsync("zsh", await ScriptAsync("zsh"), "-n")).ShouldBe("");

    [ShellFact("fish")]
    public async Task Fish_finds_no_mistake_in_its_script() => (await RunAsync("fish", await ScriptAsync("fish"), "-n")).ShouldBe("");

    [Theory]
    [InlineData("streamsupervisor stre", "streams")]
    [InlineData("streamsupervisor streams k", "kick")]
    [InlineData("streamsupervisor streams --state li", "live")]
    [InlineData("streamsupervisor streams --state live --orig", "--origin")]
    [InlineData("streamsupervisor origins d", "drain")]
    [InlineData("streamsupervisor cluster --ser", "--server")]
    [InlineData("streamsupervisor cluster down --fo", "--force")]
    [InlineData("streamsupervisor completion z", "zsh")]
    [InlineData("streamsupervisor streams -o w", "wide")]
    [InlineData("streamsupervisor doc", "doctor")]
    [InlineData("streamsupervisor res", "restore")]
    [InlineData("streamsupervisor backup --fo", "--force")]
    [InlineData("streamsupervisor config srs", "srs-lines")]
    [InlineData("streamsupervisor config reference admission.ho", "admission.hold")]
    [InlineData("streamsupervisor migrate --fr", "--from")]
    public async Task Bash_completes_a_word(string line, string word)
    {
        var words = line.Split(' ');
        var ask = $"""
            {await ScriptAsync("bash")}
            COMP_WORDS=({string.Join(' ', words)})
            COMP_CWORD={words.Length - 1}
            _streamsupervisor
            printf '%s\n' "${"{COMPREPLY[@]}"}"
            """;

        (await RunAsync("bash", ask)).Trim().ShouldBe(word);
    }

    [ShellFact("zsh")]
    public async Task Zsh_offers_words_with_what_they_mean()
    {
        // Stands in for zsh's own function, which shows what it is given.
        var ask = $"""
            compdef() {"{ : }"}
            _describe() {"{ print -l -- ${(P)2} }"}
            {await ScriptAsync("zsh")}
            words=(streamsupervisor streams '')
            CURRENT=3
            _streamsupervisor
            """;

        (await RunAsync("zsh", ask)).Split('\n').ShouldContain("kick:Remove the session that owns the stream");
    }

    [ShellFact("fish")]
    public async Task Fish_completes_a_word_with_what_it_means()
    {
        var script = await ScriptAsync("fish");
        (await RunAsync("fish", $"{script}\ncomplete -C 'streamsupervisor streams k'"))
            .Trim().ShouldBe("kick\tRemove the session that owns the stream");
        (await RunAsync("fish", $"{script}\ncomplete -C 'streamsupervisor streams --state li'")).ShouldStartWith("live");
    }

    private static async Task<string> ScriptAsync(string shell)
    {
        using var output = new StringWriter();
        (await CommandTree.RunAsync(["completion", shell], output, TextWriter.Null)).ShouldBe(0);
        return output.ToString();
    }

    /// <summary>Runs a script, and gives back all that the shell wrote.</summary>
    private static async Task<string> RunAsync(string shell, string script, params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script);
            using var process = Process.Start(new ProcessStartInfo(shell, [.. arguments, file])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return await output + await error;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A test that needs a shell; skipped with the reason where there is none.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class ShellFactAttribute : FactAttribute
    {
        public ShellFactAttribute(string shell) => Skip = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, shell))) ? null : $"There is no {shell} on this machine.";
    }
}
