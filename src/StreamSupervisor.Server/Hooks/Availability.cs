namespace StreamSupervisor.Server.Hooks;

/// <summary>Whether streams can be asked at all.</summary>
/// <param name="WhyNot">Why nobody can answer now, so that waiting does not pay; null when asking does.</param>
internal sealed record Availability(Func<string?> WhyNot);
