using System.Globalization;

namespace StreamSupervisor.IntegrationTests.Soak;

/// <summary>What one process holds at one moment.</summary>
/// <param name="Memory">Resident, in MB.</param>
/// <param name="Handles">Open files and sockets.</param>
/// <param name="Entities">Stream keys in memory.</param>
/// <param name="Events">Rows of the journal.</param>
/// <param name="LogLines">Written so far.</param>
/// <param name="OneTimeKeys">Published and given up so far.</param>
internal sealed record ProcessSample(double Memory, int Threads, int Handles, double Entities, long Events, int LogLines, int OneTimeKeys)
{
    /// <summary>Memory, threads and handles of a process, from Linux.</summary>
    public static (double Memory, int Threads, int Handles) Of(int process)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(':', 2)).ToLookup(pair => pair[0], pair => pair[1].Trim());
        return (
            Number(status["VmRSS"].Single().Split(' ')[0]) / 1024.0,
            Number(status["Threads"].Single()),
            Directory.GetFileSystemEntries($"/proc/{process}/fd").Length);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Memory,6:F0} MB {Threads,4} threads {Handles,5} handles {Entities,7:F0} keys in memory {Events,9} events {LogLines,5} lines {OneTimeKeys,7} one-time keys");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
