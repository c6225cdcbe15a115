namespace StreamSupervisor.Server.Dashboard;

/// <summary>The query of an address within the pages.</summary>
internal static class PageQuery
{
    /// <param name="parts">Names with their values; those without a value are left out.</param>
    /// <returns>Escaped and with its question mark; empty where nothing is left.</returns>
    public static string Of(params (string Name, string Value)[] parts)
    {
        var given = parts.Where(part => part.Value.Length > 0).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value)}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }
}
