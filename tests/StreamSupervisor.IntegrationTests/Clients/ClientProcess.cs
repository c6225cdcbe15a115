using System.Diagnostics;
using System.Text;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Clients;

/// <summary>A client in a process of its own, with what it says to either stream.</summary>
internal sealed class ClientProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ClientProcess(Process process) => _process = process;

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

    public Task Ended => _process.WaitForExitAsync();

    /// <param name="server">Where a client asks that takes it from its environment.</param>
    /// <param name="command">The program and its arguments.</param>
    public static ClientProcess Start(string server, params ReadOnlySpan<string> command)
    {
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["STREAMSUPERVISOR_SERVER"] = server;
        start.Environment["LC_ALL"] = "C";
        start.Environment["no_proxy"] = "127.0.0.1";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        foreach (var word in command[1..])
        {
            start.ArgumentList.Add(word);
        }

        var client = new ClientProcess(new Process { StartInfo = start });
        client._process.OutputDataReceived += (_, line) => client.Note(line.Data);
        client._process.ErrorDataReceived += (_, line) => client.Note(line.Data);
        client._process.Start().ShouldBeTrue();
        client._process.BeginOutputReadLine();
        client._process.BeginErrorReadLine();
        return client;
    }

    public async Task<int> ExitCodeAsync()
    {
        await Ended.WaitAsync(Eventually.Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private void Note(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
