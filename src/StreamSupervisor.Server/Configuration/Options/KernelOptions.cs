namespace StreamSupervisor.Server.Configuration;

/// <summary><c>kernel</c>: sizes of the machinery; the defaults fit.</summary>
public sealed class KernelOptions
{
    public int MailboxSize { get; init; } = 64;
    public int SnapshotEvery { get; init; } = 256;
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromSeconds(120);
    public int KeysInMemory { get; init; } = 30_000;
}
