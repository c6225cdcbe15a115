namespace StreamSupervisor.Demo;

/// <summary>Something that befell a member in the second act.</summary>
/// <param name="LongestWait">The longest that anybody waited for an answer about any stream key because of it.</param>
internal sealed record DemoIncident(string What, TimeSpan LongestWait);
