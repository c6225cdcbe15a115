namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>The only wait of these tests: until something is so. The bound is for a machine that does ten other things at once.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until the condition holds.</summary>
    public static Task HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null) =>
        BringsAsync(what, async () => await condition() ? "" : null, within);

    /// <summary>Waits until there is a value, and brings it.</summary>
    public static async Task<T> BringsAsync<T>(string what, Func<Task<T?>> look, TimeSpan? within = null)
        where T : class
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (TimeProvider.System.GetElapsedTime(start) > (within ?? Patience))
            {
                throw new ShouldAssertException($"{what}: not so after {(within ?? Patience).TotalSeconds} s.");
            }

            await Task.Delay(Pause);
        }
    }
}
