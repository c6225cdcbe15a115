using System.Diagnostics;

namespace StreamSupervisor.Demo;

/// <summary>A PostgreSQL server on a free port of loopback, in a folder of its own; both are gone with the demo.</summary>
internal sealed class ThrowAwayPostgres : IAsyncDisposable
{
    private const string Debian = "/usr/lib/postgresql";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder;
    private readonly TimeProvider _time;
    private KeptProcess? _server;

    private ThrowAwayPostgres(string folder, TimeProvider time) => (_folder, _time) = (folder, time);

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Database=postgres;Username=postgres";

    private int Port { get; } = FreeAddress.Next().Port;

    private string Log => Path.Combine(_folder, "log");

    /// <exception cref="CommandException">It is not installed, or does not start; the message says what to do.</exception>
    public static async Task<ThrowAwayPostgres> StartAsync(TimeProvider time, CancellationToken cancellation)
    {
        var binaries = FindBinaries();
        var server = new ThrowAwayPostgres(Directory.CreateTempSubdirectory("streamsupervisor-demo-pg-").FullName, time);
        try
        {
            await server.LaunchAsync(binaries, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>, the newest version first.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static string FindBinaries()
    {
        var installed = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version)
                ? version
                : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return OperatingSystem.IsWindows() ? null! : installed.Concat(path)
            .FirstOrDefault(folder => IsThere(folder, "initdb") && IsThere(folder, "postgres"))
            ?? throw new CommandException(
                "Several members need a PostgreSQL, and none is installed here (no initdb in /usr/lib/postgresql/*/bin or on the PATH). "
                + "Install it (Debian: apt-get install postgresql); it need not run, the demo starts one of its own. Without --members no "
                + "database server is needed.", ExitCodes.Usage);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsThere(string folder, string program) =>
        Path.Combine(folder, program) is var path && File.Exists(path)
            && File.ResolveLinkTarget(path, returnFinalTarget: true) is not { Exists: false };

    private async Task LaunchAsync(string binaries, CancellationToken cancellation)
    {
        var data = Path.Combine(_folder, "data");
        (string Uid, string Gid)? other = Environment.IsPrivilegedProcess ? OtherUser() : null;
        // PostgreSQL refuses to run as root.
        string[] prefix = other is { } user ? ["setpriv", $"--reuid={user.Uid}", $"--regid={user.Gid}", "--clear-groups"] : [];
        if (other is { } owner)
        {
            await RunAsync(["chown", $"{owner.Uid}:{owner.Gid}", _folder], cancellation);
        }

        await RunAsync([.. prefix, Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync"], cancellation);
        _server = KeptProcess.Start("INT", Log, [.. prefix, Path.Combine(binaries, "postgres"), "-D", data, "-p", $"{Port}", "-h",
            "127.0.0.1", "-k", _folder], _time);
        await ReadyAsync(cancellation);
    }

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        string said;
        while (!(said = File.Exists(Log) ? await File.ReadAllTextAsync(Log, cancellation) : "")
            .Contains("ready to accept connections", StringComparison.Ordinal))
        {
            if (_time.GetElapsedTime(start) > Patience || said.Contains("FATAL", StringComparison.Ordinal))
            {
                throw new CommandException($"PostgreSQL does not start. It says:\n{said}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellation);
        }
    }

    /// <summary>The user that PostgreSQL's package made, else nobody.</summary>
    private static (string Uid, string Gid) OtherUser()
    {
        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        return users.Find(fields => fields[0] == "postgres") is { } postgres ? (postgres[2], postgres[3])
            : users.Find(fields => fields[0] == "nobody") is { } nobody ? (nobody[2], nobody[3])
            : throw new CommandException(
                "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as: start the demo as another user.",
                ExitCodes.Usage);
    }

    private static async Task RunAsync(string[] commandLine, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(commandLine[0], commandLine[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = await output;
        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new CommandException(
                $"PostgreSQL cannot be set up here: {Path.GetFileName(commandLine[0])} ended with {process.ExitCode}: {error}");
        }
    }
}
