using System.Globalization;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// The disk below a SQLite file. Full, it lets nobody publish, and SQLite says so only when it is asked to write; a load balancer should
/// know before.
/// </summary>
internal sealed class StoreDisk(StorageOptions storage)
{
    /// <summary>Less than a write-ahead log needs for a few hundred decisions.</summary>
    private const long Full = 1 << 20;

    /// <summary>Enough for hours of work, so time for a person to come.</summary>
    private const long Low = 64 << 20;

    /// <summary>Why nothing can be written, or null.</summary>
    public string? WhyNotReady() => Free is { } free and < Full
        ? $"The disk of {storage.Sqlite.Path} is full ({Megabytes(free)} MB free): nothing can be written down." : null;

    /// <summary>That it is about to be full, or null.</summary>
    public string? Warning() => Free is { } free and >= Full and < Low
        ? $"The disk of {storage.Sqlite.Path} has {Megabytes(free)} MB left." : null;

    private long? Free
    {
        get
        {
            if (storage.Provider == "postgres")
            {
                return null;
            }

            try
            {
                return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(storage.Sqlite.Path))!).AvailableFreeSpace;
            }
            catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
            {
                return null; // Not known is not full.
            }
        }
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
