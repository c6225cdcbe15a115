using System.ComponentModel;
using System.Diagnostics;

namespace StreamSupervisor.Agent;

/// <summary>
/// Ends the encoder when the agent itself is killed and can't do it any more: an encoder that goes on alone would keep the key from its
/// own next run. A small shell process waits at a pipe that only we hold open. When the pipe ends it ends the encoder, whose process id
/// it was told, and everything that carries our mark in its environment: a child that started while we were being killed, and grandchildren
/// whose parent is gone.
/// <para>
/// Not prctl(PR_SET_PDEATHSIG): it must be called between fork and exec, which .NET does not let us do without a second start of the
/// runtime for every try (60 ms on the way back on air), and it follows the thread that forked instead of the process. Not a process group
/// of its own: an encoder in the background may not read from the terminal. The mark is found on Linux only; on Windows there is no
/// guardian.
/// </para>
/// </summary>
internal sealed class PublishGuardian : IDisposable
{
    public const string MarkVariable = "STREAMSUPERVISOR_PUBLISH";

    private const string Script = """
        exec >/dev/null 2>&1
        trap '' INT TERM HUP QUIT
        mark=$1
        child=
        while read -r line; do child=$line; done
        tree() {
          kill -0 "$1" || return
          echo "$1"
          for c in $(cat /proc/"$1"/task/*/children || pgrep -P "$1"); do tree "$c"; done
        }
        left() {
          [ -z "$child" ] || tree "$child"
          grep -lszF "$mark" /proc/[0-9]*/environ | cut -d/ -f3
        }
        for i in 1 2 3 4 5 6 7 8 9 10; do
          all=$(left)
          [ -n "$all" ] || exit 0
          kill -TERM $all
          sleep 0.2
        done
        kill -KILL $(left)
        """;

    private readonly Process? _shell;

    private PublishGuardian(Process? shell, string mark) => (_shell, Mark) = (shell, mark);

    /// <summary>The value of <see cref="MarkVariable"/> in the environment of what is to end with us.</summary>
    public string Mark { get; }

    public static PublishGuardian Start()
    {
        var mark = Guid.NewGuid().ToString("N");
        if (OperatingSystem.IsWindows())
        {
            return new PublishGuardian(null, mark);
        }

        try
        {
            var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(Script);
            start.ArgumentList.Add("guardian");
            start.ArgumentList.Add($"{MarkVariable}={mark}");
            return new PublishGuardian(Process.Start(start), mark);
        }
        catch (Win32Exception)
        {
            return new PublishGuardian(null, mark);
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
