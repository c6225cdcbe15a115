using System.Diagnostics;

namespace StreamSupervisor.Demo;

/// <summary>
/// A child that never outlives us: its keeper is a shell that waits for a line from us, the name of the signal that ends the child, and
/// takes the end of our pipe for that line. So it ends however we end, also with -9.
/// </summary>
internal sealed class KeptProcess : IAsyncDisposable
{
    // Ctrl+C and what else ends us may reach the keeper as well: the trap keeps it from dying before its child.
    private const string Keeper = """
        trap : INT HUP TERM
        end=$1 log=$2
        shift 2
        "$@" </dev/null >>"$log" 2>&1 &
        child=$!
        exec 2>/dev/null # where the shell would write "Killed"
        read -r signal || signal=$end
        kill -s "$signal" "$child" 2>/dev/null
        wait "$child"
        """;

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(20);
    private readonly Process _keeper;
    private readonly TimeProvider _time;

    private KeptProcess(Process keeper, TimeProvider time) => (_keeper, _time) = (keeper, time);

    /// <param name="end">The signal that ends it when nobody says otherwise: <c>KILL</c>, <c>INT</c>.</param>
    /// <param name="log">The file that takes what it writes.</param>
    public static KeptProcess Start(string end, string log, IEnumerable<string> commandLine, TimeProvider time)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Keeper, "keeper", end, log, .. commandLine])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        // Settings of whoever runs the demo are not for its members.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("STREAMSUPERVISOR__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return new KeptProcess(Process.Start(start)!, time);
    }

    /// <summary>Ends it and waits until it is gone.</summary>
    public async Task EndAsync(string signal)
    {
        try
        {
            await _keeper.StandardInput.WriteLineAsync(signal);
            await _keeper.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        await _keeper.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _keeper.StandardInput.Close();
        }
        catch (IOException)
        {
            // As above.
        }

        try
        {
            await _keeper.WaitForExitAsync().WaitAsync(LastWords, _time);
        }
        catch (TimeoutException)
        {
            _keeper.Kill(entireProcessTree: true);
        }

        _keeper.Dispose();
    }
}
