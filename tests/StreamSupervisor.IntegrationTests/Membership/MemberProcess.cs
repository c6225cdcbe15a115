using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.IntegrationTests.Failover;
using StreamSupervisor.IntegrationTests.Membership;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Membership
{
    /// <summary>
    /// A member in a process of its own: what can be killed and frozen. The process runs this assembly, whose start-up hook is below.
    /// </summary>
    internal sealed class MemberProcess : IAsyncDisposable
    {
        public const string Variable = "STREAMSUPERVISOR_TEST_MEMBER";
        private const int SigTerm = 15;
        private const int SigCont = 18;
        private const int SigStop = 19;

        /// <summary>.NET itself takes this long where ten others start at the same moment.</summary>
        private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
        private readonly Process _process;
        private readonly StringBuilder _output = new();
        private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public MemberProcess(MemberStart start)
        {
            Start = start;
            var assembly = typeof(MemberProcess).Assembly.Location;
            var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [assembly])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            info.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
            info.Environment[Variable] = JsonSerializer.Serialize(start);
            _process = new Process { StartInfo = info, EnableRaisingEvents = true };
            _process.OutputDataReceived += (_, line) => Hear(line.Data);
            _process.ErrorDataReceived += (_, line) => Hear(line.Data);
            _process.Exited += (_, _) => _up.TrySetException(new InvalidOperationException($"{start.Name} ended:\n{Text}"));
            _process.Start().ShouldBeTrue();
            AppDomain.CurrentDomain.ProcessExit += EndIfLeft;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public MemberStart Start { get; }

        public int Id => _process.Id;

        /// <summary>Completes when it says that it is a member.</summary>
        public Task Up => UpAsync();

        public string Text
        {
            get
            {
                lock (_output)
                {
                    return $"--- {Start.Name}\n{_output}";
                }
            }
        }

        /// <summary>SIGKILL.</summary>
        /// <returns>The monotonic time just before.</returns>
        public long Kill()
        {
            var at = TimeProvider.System.GetTimestamp();
            _process.Kill();
            return at;
        }

        public void Freeze() => Send(_process.Id, SigStop).ShouldBe(0);

        public void Thaw() => Send(_process.Id, SigCont).ShouldBe(0);

        /// <summary>SIGTERM: it leaves.</summary>
        public void Terminate() => Send(_process.Id, SigTerm).ShouldBe(0);

        public async Task<int> ExitCodeAsync()
        {
            await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            AppDomain.CurrentDomain.ProcessExit -= EndIfLeft;
            EndIfLeft(null, EventArgs.Empty);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        [DllImport("libc", EntryPoint = "kill")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Send(int pid, int signal);

        private async Task UpAsync()
        {
            try
            {
                await _up.Task.WaitAsync(StartPatience);
            }
            catch (TimeoutException late)
            {
                throw new InvalidOperationException($"{Start.Name} is no member:\n{Text}", late);
            }
        }

        /// <summary>A test run that falls over leaves no process behind.</summary>
        private void EndIfLeft(object? sender, EventArgs over)
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }
        }

        private void Hear(string? line)
        {
            if (line == MemberHost.IsMember)
            {
                _up.TrySetResult();
            }

            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }

    /// <summary>The program of such a process.</summary>
    internal static class MemberHost
    {
        public const string IsMember = "is a member";

        public static async Task<int> RunAsync(MemberStart start)
        {
            await using var member = new TestMember(start, echo: true);
            var asked = new TaskCompletionSource();
            using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
            {
                signal.Cancel = true;
                _ = asked.TrySetResult();
            });
            _ = TellAsync(member.Membership);
            if (await Task.WhenAny(member.Membership.Ended, asked.Task) == asked.Task || !(await member.Membership.Ended).Expelled)
            {
                await member.Membership.LeaveAsync();
            }

            return member.Membership.Ended.IsCompleted ? (await member.Membership.Ended).ExitCode : 0;
        }

        private static async Task TellAsync(ClusterMembership membership)
        {
            await membership.Joined;
            Console.WriteLine(IsMember);
        }
    }
}

/// <summary>Runs before the empty program of the test assembly: .NET wants it here, by this name.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(MemberClock.Variable) is { Length: > 0 } clock)
        {
            MemberClock.Install(clock);
        }

        if (Environment.GetEnvironmentVariable(MemberProcess.Variable) is { Length: > 0 } start)
        {
            Environment.Exit(MemberHost.RunAsync(JsonSerializer.Deserialize<MemberStart>(start)!).GetAwaiter().GetResult());
        }
    }
}
