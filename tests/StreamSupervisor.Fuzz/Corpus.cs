namespace StreamSupervisor.Fuzz;

/// <summary>The inputs that are kept: well-formed ones, odd ones, and whatever once did what none may do.</summary>
internal static class Corpus
{
    /// <exception cref="DirectoryNotFoundException">The target has none.</exception>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Of(string target) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", target)).Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllBytes(file))),
    ];
}
