namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>Which layer a value came from; later ones win.</summary>
internal enum SettingLayer
{
    /// <summary>Nobody set it: the default of <c>reference.conf</c> or of the option itself.</summary>
    Default,
    File,
    Environment,
    CommandLine,
}

/// <summary>Where a value was set.</summary>
/// <param name="Where">For people: <c>/etc/streamsupervisor.conf:12</c>, the name of the variable, the switch.</param>
/// <param name="Written">The setting as it was written there.</param>
/// <param name="File">The file, where it was set in one.</param>
internal sealed record SettingSource(SettingLayer Layer, string Where, string Written, string? File = null);

/// <summary>A configuration provider that remembers where its values were set.</summary>
internal interface ISettingSources
{
    /// <summary>By configuration key (<c>streamsupervisor:http:listen:0</c>), of values and of the sections around them.</summary>
    bool TryGetSource(string key, out SettingSource source);
}
