using System.Runtime.CompilerServices;

namespace StreamSupervisor.Tests.Domain.Codec;

/// <summary>The files beside this one: what stands in the journals of the world. They are added to, and never changed.</summary>
internal static class GoldenFiles
{
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "Golden");

    /// <summary>The payload that a file holds, without the line end of the file; null when there is none.</summary>
    public static string? Read(string name)
    {
        var path = Path.Combine(Folder, name + ".json");
        return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n') : null;
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
