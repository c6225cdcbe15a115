using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamSupervisor.TestKit.Storage;

/// <summary>
/// A PostgreSQL server of our own on a free port of loopback, in a temporary folder, gone with the test run: its keeper is a shell that
/// waits for the end of our pipe, so it stops however this process ends. Durable by default, as in real use.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _fsync;
    private readonly Queue<string> _lastLines = new();
    private Process? _keeper;

    private PostgresServer(string folder, int port, bool fsync)
    {
        (_folder, _fsync, Port) = (folder, fsync, port);
    }

    public int Port { get; }

    /// <summary>The superuser, on the database <c>postgres</c>; everybody on loopback is trusted.</summary>
    public string ConnectionString => ConnectionStringOf("postgres");

    public string ConnectionStringOf(string database, string user = "postgres") =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username={user};Timeout=10");

    /// <param name="fsync">Off makes it faster; a crash of the machine, not of the server, could then lose commits.</param>
    public static async Task<PostgresServer> StartAsync(bool fsync = true)
    {
        var folder = Directory.CreateTempSubdirectory("streamsupervisor-pg-").FullName;
        var server = new PostgresServer(folder, FreePort(), fsync);
        try
        {
            if (IsRoot)
            {
                await RunAsync("chown", "postgres", folder);
            }

            await RunAsync(Program("initdb"), "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As after a crash: no farewell to the connections, recovery at the next start. Takes a fraction of a second.</summary>
    public async Task RestartImmediatelyAsync()
    {
        await StopAsync("immediate");
        await LaunchAsync();
    }

    /// <summary>Stops the server; <paramref name="mode"/> is <c>fast</c> or <c>immediate</c>.</summary>
    public async Task StopAsync(string mode = "fast")
    {
        if (_keeper is { } keeper)
        {
            _keeper = null;
            await RunAsync(Program("pg_ctl"), "-D", Data, "-m", mode, "-w", "stop");
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync();
            keeper.Dispose();
        }
    }

    /// <summary>Becomes a standby of another, from a copy of it: that one commits nothing any more that this one does not have.</summary>
    /// <param name="primary">Whom.</param>
    /// <param name="synchronous">False: it may lag, and commits are confirmed all the same.</param>
    public async Task FollowAsync(PostgresServer primary, bool synchronous = true)
    {
        await StopAsync("immediate");
        Directory.Delete(Data, recursive: true);
        await primary.ExecuteAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await RunAsync(Program("pg_basebackup"), "-h", "127.0.0.1", "-p", primary.Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres",
            "-D", Data, "-R", "-X", "stream", "-c", "fast", "--no-sync");
        await LaunchAsync();
        if (synchronous)
        {
            await primary.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
            await primary.ExecuteAsync("SELECT pg_reload_conf()");
        }
    }

    /// <summary>A standby lags from now on: it is started anew without the address of its primary.</summary>
    public async Task PauseReplayAsync()
    {
        await ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''");
        await StopAsync();
        await LaunchAsync();
    }

    /// <summary>A standby takes writes from now on.</summary>
    public Task PromoteAsync() => RunAsync(Program("pg_ctl"), "-D", Data, "-w", "promote");

    /// <summary>Puts a copy of all files aside, as a backup does.</summary>
    public async Task SaveAsync()
    {
        await StopAsync();
        if (Directory.Exists(Backup))
        {
            Directory.Delete(Backup, recursive: true);
        }

        await RunAsync("cp", "-a", Data, Backup);
        await LaunchAsync();
    }

    /// <summary>Puts the copy in the place of the files: what was written since <see cref="SaveAsync"/> has never been.</summary>
    public async Task RestoreAsync()
    {
        await StopAsync("immediate");
        Directory.Delete(Data, recursive: true);
        await RunAsync("cp", "-a", Backup, Data);
        await LaunchAsync();
    }

    private Task ExecuteAsync(string sql) => RunAsync(
        Program("psql"), "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q", "-c", sql);

    public async Task LaunchAsync()
    {
        var ready = new TaskCompletionSource();
        var keeper = new Process
        {
            StartInfo = StartInfo(
                "/bin/sh",
                [
                    "-c", "\"$@\" </dev/null & server=$!; read _; kill -INT $server 2>/dev/null; wait $server", "keeper",
                    Program("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-h", "127.0.0.1", "-k", _folder,
                    "-c", $"fsync={(_fsync ? "on" : "off")}", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "max_wal_size=1GB",
                ]),
            EnableRaisingEvents = true,
        };
        keeper.ErrorDataReceived += (_, line) =>
        {
            lock (_lastLines)
            {
                _lastLines.Enqueue(line.Data ?? "");
                if (_lastLines.Count > 50)
                {
                    _ = _lastLines.Dequeue();
                }
            }

            if (line.Data?.Contains("ready to accept", StringComparison.Ordinal) == true)
            {
                _ = ready.TrySetResult();
            }
        };
        keeper.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"PostgreSQL did not start:\n{Log}"));
        _ = keeper.Start();
        keeper.BeginErrorReadLine();
        _keeper = keeper;
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
    }

    /// <summary>The last lines that the server wrote.</summary>
    public string Log
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync("immediate");
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot { get; } = Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    private string Backup => Path.Combine(_folder, "backup");

    private static string Program(string name) => Path.Combine(
        PostgresBinaries.Folder ?? throw new InvalidOperationException("PostgreSQL is not installed: install it (Debian: apt-get install postgresql), CI does not skip its tests."),
        name);

    /// <summary>PostgreSQL does not run as root: then it runs as the user that its package made.</summary>
    private static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments)
    {
        var asOther = IsRoot && program != "chown";
        var info = new ProcessStartInfo(asOther ? "runuser" : program, asOther ? ["-u", "postgres", "--", program, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        info.Environment["LC_ALL"] = "C";
        return info;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var info = StartInfo(program, arguments);
        info.RedirectStandardOutput = true;
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        _ = await output;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
