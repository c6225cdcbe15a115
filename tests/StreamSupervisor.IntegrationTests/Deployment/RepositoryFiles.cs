namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>The files of the repository that this test run was built from.</summary>
internal static class RepositoryFiles
{
    public static DirectoryInfo Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root.FullName, path));

    public static string PathOf(string path) => Path.Combine(Root.FullName, path);

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root.FullName, path));

    private static DirectoryInfo Find(DirectoryInfo folder) => File.Exists(Path.Combine(folder.FullName, "StreamSupervisor.sln"))
        ? folder
        : Find(folder.Parent ?? throw new InvalidOperationException("These tests look at files of the repository: run them from inside it."));
}
