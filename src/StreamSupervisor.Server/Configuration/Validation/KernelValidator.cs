namespace StreamSupervisor.Server.Configuration.Validation;

internal static class KernelValidator
{
    public static void Check(KernelOptions kernel, Checks checks)
    {
        checks.Within("kernel.mailbox-size", kernel.MailboxSize, 1, 65_536);
        checks.Within("kernel.snapshot-every", kernel.SnapshotEvery, 1, 100_000);
        checks.Within("kernel.passivate-after", kernel.PassivateAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        checks.Within("kernel.keys-in-memory", kernel.KeysInMemory, 1, 10_000_000);
    }
}
