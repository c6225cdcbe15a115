using System.ComponentModel;
using System.Diagnostics;

namespace StreamSupervisor.Commands;

/// <summary>
/// Ends the encoder when the agent itself is killed and can't do it any more: an encoder that goes on alone would keep the key from its
/// own next run. A small shell process reads the encoder's process id from a pipe that only we hold open; when the pipe ends and the last thing that it heard
/// was an id, it ends that process and all its children.
/// <para>
/// Not prctl(PR_SET_PDEATHSIG): it must be called between fork and exec, which .NET does not let us do without a second start of the
/// runtime for every try (60 ms on the way back on air), and it follows the thread that forked instead of the process. Not a process group of its own: an encoder
/// in the background may not read from the terminal. On Windows there is no guardian.
/// </para>
/// </summary>
internal sealed class PublishGuardian : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP QUIT
        child=
        while read -r line; do child=$line; done
        [ -n "$child" ] || exit 0
        tree() {
          echo "$1"
          for c in $(cat /proc/"$1"/task/*/children 2>/dev/null || pgrep -P "$1" 2>/dev/null); do tree "$c"; done
        }
        all=$(tree "$child")
        kill -TERM $all 2>/dev/null
        for i in 1 2 3 4 5 6 7 8 9 10; do
          kill -0 $all 2>/dev/null || exit 0
          sleep 0.2
        done
        kill -KILL $all 2>/dev/null
        """;

    private readonly Process? _shell;

    private PublishGuardian(Process? shell) => _shell = shell;

    public static PublishGuardian Start()
    {
        if (OperatingSystem.IsWindows())
        {
            return new PublishGuardian(null);
        }

        try
        {
            // Its output goes nowhere: after our end nobody reads it, and a reader of ours must not wait for it.
            var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("exec >/dev/null 2>&1\n" + Script);
            return new PublishGuardian(Process.Start(start));
        }
        catch (Win32Exception)
        {
            return new PublishGuardian(null);
        }
    }

    /// <summary>This process is to be ended with us.</summary>
    public void Watch(int process) => Tell($"{process}");

    /// <summary>It has ended by itself; its number may soon be another's.</summary>
    public void Forget() => Tell("");

    public void Dispose()
    {
        if (_shell is null)
        {
            return;
        }

        Tell("");
        _shell.StandardInput.Dispose();
        _shell.Dispose();
    }

    private void Tell(string line)
    {
        try
        {
            _shell?.StandardInput.WriteLine(line);
            _shell?.StandardInput.Flush();
        }
        catch (IOException)
        {
            // Somebody ended the guardian; the encoder is still ours to end.
        }
    }
}
