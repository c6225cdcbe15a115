using System.Security.Cryptography;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The key that signs what registrations hand out: random, made at the first start, kept in the store, the same for all members.
/// </summary>
internal static class RegistrationKey
{
    private const string Name = "registration-key";
    private const int Length = 32;

    /// <summary>Reads the key, and makes it where there is none.</summary>
    /// <param name="store">Prepared.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public static Task<byte[]> ReadAsync(JournalStore store, CancellationToken cancellation) =>
        new StoredSettings(store).GetOrAddAsync(Name, RandomNumberGenerator.GetBytes(Length), cancellation);
}
