using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace StreamSupervisor.Agent;

/// <summary>
/// One run of the encoder's command. Its standard input and output are ours; its standard error passes through us, with the credential of
/// the address blotted out, because the last lines say why it ended.
/// </summary>
internal sealed class PublishChild : IDisposable
{
    private const int KeptLines = 20;
    private const int LongestLine = 500;

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly string _url;
    private readonly string _shownUrl;
    private readonly Task _errors;

    private PublishChild(Process process, string url, TextWriter error)
    {
        _process = process;
        _url = url;
        _shownUrl = ShownUrl(url);
        _errors = PassErrorsOnAsync(process.StandardError, error);
    }

    public int Id => _process.Id;

    /// <summary>The last lines of its standard error, without the credential. Complete once it has ended.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>What stands for the address in the command of <c>publish</c>.</summary>
    public const string UrlPlaceholder = "{url}";

    /// <summary>Starts a command; <c>{url}</c> in its arguments is replaced.</summary>
    /// <exception cref="Win32Exception">There is no such command, or it may not be executed.</exception>
    public static PublishChild Start(IReadOnlyList<string> command, string url, string mark, TextWriter error)
    {
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardError = true };
        start.Environment[PublishGuardian.MarkVariable] = mark;
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument.Replace(UrlPlaceholder, url, StringComparison.Ordinal));
        }

        return new PublishChild(Process.Start(start) ?? throw new Win32Exception("The command did not start."), url, error);
    }

    /// <summary>Waits for its end and for its last lines.</summary>
    /// <returns>The exit code; 128 + n for one that signal n ended.</returns>
    public async Task<int> WaitAsync(TimeProvider time)
    {
        await _process.WaitForExitAsync();

        // A grandchild that outlives it keeps the pipe open; it is not worth waiting for.
        await Task.WhenAny(_errors, Task.Delay(TimeSpan.FromMilliseconds(500), time));
        return _process.ExitCode;
    }

    /// <summary>Passes a signal on, so that the encoder can end its stream properly.</summary>
    public void Signal(PosixSignal signal)
    {
        try
        {
            if (_process.HasExited)
            {
                return;
            }

            if (OperatingSystem.IsWindows())
            {
                // There the console sends Ctrl+C to the whole group; a signal of ours does not exist.
                return;
            }

            _ = SendSignal(_process.Id, signal == PosixSignal.SIGTERM ? 15 : 2);
        }
        catch (InvalidOperationException)
        {
            // It ended in between.
        }
    }

    /// <summary>Ends it and everything that it started.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended in between.
        }
    }

    public void Dispose() => _process.Dispose();

    /// <summary>The address without what must not be shown.</summary>
    public static string ShownUrl(string url) => url.IndexOf('?', StringComparison.Ordinal) is var at && at >= 0 ? url[..at] + "?…" : url;

    private async Task PassErrorsOnAsync(StreamReader reader, TextWriter error)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        while (await reader.ReadAsync(buffer) is var read && read > 0)
        {
            foreach (var c in buffer.AsSpan(0, read))
            {
                line.Append(c);

                // ffmpeg ends its progress lines with a return only; and nobody makes us keep a line without an end.
                if (c is '\n' or '\r' || line.Length >= 8192)
                {
                    Flush(line, error);
                }
            }
        }

        Flush(line, error);
    }

    private void Flush(StringBuilder line, TextWriter error)
    {
        if (line.Length == 0)
        {
            return;
        }

        var text = line.ToString().Replace(_url, _shownUrl, StringComparison.Ordinal);
        if (_url.Length > _shownUrl.Length)
        {
            // Some print the query alone.
            text = text.Replace(_url[(_shownUrl.Length - 1)..], "…", StringComparison.Ordinal);
        }

        line.Clear();
        error.Write(text);
        error.Flush();
        var kept = text.TrimEnd('\r', '\n');
        if (kept.Length == 0)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(kept.Length > LongestLine ? kept[..LongestLine] : kept);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }
        }
    }

    // .NET can end a process but not signal it. Not LibraryImport: for two numbers it would make the whole project an unsafe one.
#pragma warning disable SYSLIB1054, CA5392
    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);
#pragma warning restore SYSLIB1054, CA5392
}
