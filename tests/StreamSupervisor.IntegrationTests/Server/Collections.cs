namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Tests that must not run beside each other, by what they share.</summary>
internal static class Collections
{
    /// <summary>Spans are listened to by name, so by whoever is in the process.</summary>
    public const string Spans = "spans are listened to by name";
}
