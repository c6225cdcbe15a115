using System.Security.Cryptography;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The key that signs what registrations hand out: random, made at the first start, kept in the store, the same for all members. It needs
/// a store that is ready, so this is also where a member waits for its database.
/// </summary>
internal static class RegistrationKey
{
    private const string Name = "registration-key";
    private const int Length = 32;
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    /// <summary>Brings the schema up to date and reads the key; a database that does not answer is waited for.</summary>
    /// <exception cref="StoreOpenException">The store cannot be used as it is; the message says what to do.</exception>
    public static async Task<byte[]> PrepareAsync(JournalStore store, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await store.PrepareAsync(log, cancellation);
                return await new StoredSettings(store).GetOrAddAsync(Name, RandomNumberGenerator.GetBytes(Length), cancellation);
            }
            catch (StoreUnavailableException absent)
            {
                log.LogWarning("The store does not answer: {Why}. Trying again.", absent.Message);
                await Task.Delay(TryAgain, time, cancellation);
            }
        }
    }
}
