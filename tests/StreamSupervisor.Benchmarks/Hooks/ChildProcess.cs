using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// A server under measurement, in a process of its own. Its keeper is a shell that waits for the end of our pipe and then stops its one
/// child by its id, so nothing is left behind however this process ends.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _keeper;
    private readonly ConcurrentQueue<string> _lines = new();

    private ChildProcess(Process keeper) => _keeper = keeper;

    public static ChildProcess Start(IReadOnlyDictionary<string, string>? environment, string program, params string[] arguments)
    {
        var info = new ProcessStartInfo("/bin/sh",
            ["-c", "\"$@\" </dev/null & child=$!; read _; kill -KILL $child 2>/dev/null; wait $child 2>/dev/null", "keeper", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        var child = new ChildProcess(Process.Start(info)!);
        child._keeper.OutputDataReceived += child.Note;
        child._keeper.ErrorDataReceived += child.Note;
        child._keeper.BeginOutputReadLine();
        child._keeper.BeginErrorReadLine();
        return child;
    }

    /// <summary>A .NET program of ours that lies beside this one.</summary>
    public static ChildProcess StartDotNet(string assembly, params string[] arguments) =>
        Start(null, Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, assembly), .. arguments]);

    /// <summary>The last lines that it wrote.</summary>
    public string Said => string.Join('\n', _lines.TakeLast(20));

    /// <summary>The process id of the server itself: the keeper's one child.</summary>
    public int Id => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
        .Where(name => File.Exists($"/proc/{name}/stat") && File.ReadAllText($"/proc/{name}/stat") is var stat
            && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == _keeper.Id.ToString(CultureInfo.InvariantCulture))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Single();

    /// <summary>Resident memory of the server, in MB.</summary>
    public int Memory => int.Parse(
        File.ReadLines($"/proc/{Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something is true of it.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> isTrue)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await isTrue())
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is SocketException or HttpRequestException or IOException)
            {
                // It is still starting.
            }

            if (_keeper.HasExited || since.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException($"It did not come to be {what}:\n{Said}");
            }

            await Task.Delay(50);
        }
    }

    public Task UntilListensAsync(int port) => UntilAsync($"listening on {port}", async () =>
    {
        using var connection = await HookConnection.OpenAsync(port);
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
    }

    private void Note(object? sender, DataReceivedEventArgs line)
    {
        if (line.Data is { Length: > 0 } text)
        {
            _lines.Enqueue(text);
            while (_lines.Count > 200)
            {
                _lines.TryDequeue(out _);
            }
        }
    }
}
