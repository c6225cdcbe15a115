namespace StreamSupervisor.Srs.Api;

/// <summary>The configured nodes, in the order of the configuration.</summary>
internal sealed class OriginRegistry
{
    private readonly Dictionary<string, Origin> _byName;

    public OriginRegistry(IEnumerable<Origin> origins)
    {
        All = [.. origins];
        _byName = All.ToDictionary(origin => origin.Name);
    }

    public IReadOnlyList<Origin> All { get; }

    public Origin? Find(string name) => _byName.GetValueOrDefault(name);
}
