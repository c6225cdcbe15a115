using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using StreamSupervisor.Commands;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>The program in a process of its own, as it is started in real life: what can be killed, and asked how much memory it takes.</summary>
internal sealed class SupervisorProcess : IAsyncDisposable
{
    private const int SigHup = 1;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private SupervisorProcess(IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "streamsupervisor.dll")))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? ImmutableDictionary<string, string>.Empty)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Start().ShouldBeTrue();
        AppDomain.CurrentDomain.ProcessExit += EndIfLeft;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has written so far, to either stream.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public int Id => _process.Id;

    /// <summary>Memory that it occupies, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static SupervisorProcess Start(params string[] arguments) => new(null, arguments);

    /// <param name="environment">Laid over that of the tests.</param>
    /// <param name="arguments">Of the command line.</param>
    public static SupervisorProcess Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments) => new(environment, arguments);

    /// <summary>Starts <c>serve</c> and waits until it says ready.</summary>
    public static async Task<SupervisorProcess> ServeAsync(ServeFolder settings, TimeSpan? within = null)
    {
        var started = Start("serve", "--config", settings.Config);
        try
        {
            await started.ReadyAsync(settings.Management, within);
            return started;
        }
        catch (ShouldAssertException notReady)
        {
            await started.DisposeAsync();
            throw new ShouldAssertException($"{notReady.Message}\n{started.Output}", notReady);
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Waits until it says ready.</summary>
    /// <param name="management">Its management address.</param>
    public async Task ReadyAsync(string management, TimeSpan? within = null)
    {
        using var http = new HttpClient();
        await Eventually.HoldsAsync("the supervisor is ready", async () =>
        {
            _process.HasExited.ShouldBeFalse(Output);
            try
            {
                return (await http.GetAsync(new Uri(management + "/ready"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false; // It does not listen yet.
            }
        }, within);
    }

    /// <summary>Ends it as a crash does, with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, with SIGTERM.</summary>
    public void Terminate() => Kill(_process.Id, SigTerm).ShouldBe(0);

    /// <summary>Whether whoever runs the tests ignores SIGHUP (nohup): then so do all processes that they start.</summary>
    public static bool IsHangUpIgnored => File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[^1]
        is '1' or '3' or '5' or '7' or '9' or 'b' or 'd' or 'f';

    /// <summary>Asks it to read its settings again, with SIGHUP.</summary>
    public void HangUp() => Kill(_process.Id, SigHup).ShouldBe(0);

    /// <summary>Stops it where it stands, with SIGSTOP: it neither answers nor knows, until it is thawed.</summary>
    public void Freeze() => Kill(_process.Id, SigStop).ShouldBe(0);

    /// <summary>Lets it go on, with SIGCONT.</summary>
    public void Thaw() => Kill(_process.Id, SigCont).ShouldBe(0);

    public async Task<int> ExitCodeAsync(TimeSpan? within = null)
    {
        await _process.WaitForExitAsync().WaitAsync(within ?? Eventually.Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndIfLeft;
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);

    /// <summary>A test run that falls over leaves no process behind.</summary>
    private void EndIfLeft(object? sender, EventArgs over)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    private void Note(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}

/// <summary>A folder with the settings and the database of one supervisor.</summary>
internal sealed class ServeFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-test-");

    /// <param name="more">Further settings, in HOCON.</param>
    public ServeFolder(SrsServers? srs = null, string more = "")
    {
        var origins = (srs?.Origins() ?? []).Select(origin => $$"""
            { name = "{{origin.Name}}", api = "{{origin.Api}}", hook-token = "{{origin.HookToken}}"
              coworkers-token = "{{origin.CoworkersToken}}", play-address = "{{origin.PlayAddress}}" }
            """);
        File.WriteAllText(Config,
            $$"""
            streamsupervisor {
              http.listen = ["{{Address}}"]
              management.listen = ["{{Management}}"]
              storage.sqlite.path = "{{Database}}"
              origins = [ {{string.Join(", ", origins)}} ]
              {{more}}
            }
            """);
    }

    public string Address { get; } = FreePort.Address();
    public string Management { get; } = FreePort.Address();
    public string Config => Path.Combine(_folder.FullName, "test.conf");
    public string Database => Path.Combine(_folder.FullName, "test.db");

    public SupervisorApiClient Api() => new(new Uri(Address), apiKey: null);

    public void Dispose() => _folder.Delete(recursive: true);
}
