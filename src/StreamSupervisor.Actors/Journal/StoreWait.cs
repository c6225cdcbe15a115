namespace StreamSupervisor.Actors.Journal;

/// <summary>What a member does before it takes part waits for its database.</summary>
internal static class StoreWait
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    /// <summary>Does it as soon as the store answers, with a line in the log for each time that it does not.</summary>
    /// <exception cref="StoreOpenException">The store cannot be used as it is; the message says what to do.</exception>
    public static async Task<T> UntilItAnswersAsync<T>(Func<Task<T>> work, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (StoreUnavailableException absent)
            {
                log.LogWarning("The store does not answer: {Why}. Trying again.", absent.Message);
                await Task.Delay(TryAgain, time, cancellation);
            }
        }
    }
}
