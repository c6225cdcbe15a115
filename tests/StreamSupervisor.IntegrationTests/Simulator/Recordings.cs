using System.Text.Json;

namespace StreamSupervisor.IntegrationTests.Simulator;

/// <summary>The raw answers of real SRS servers that the simulator is held to; one folder per version.</summary>
internal static class Recordings
{
    public static string Folder { get; } = Find();

    public static bool Has(string version, string name) => File.Exists(PathOf(version, name));

    public static JsonElement Load(string version, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(version, name)));
        return document.RootElement.Clone();
    }

    private static string PathOf(string version, string name) => Path.Combine(Folder, version, name + ".json");

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "tests", "StreamSupervisor.IntegrationTests", "Simulator", "Recordings");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("The recordings are read from the source tree, and it is not above the test's binaries.");
    }
}
