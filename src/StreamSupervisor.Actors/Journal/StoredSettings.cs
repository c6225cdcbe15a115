namespace StreamSupervisor.Actors.Journal;

/// <summary>Small values that all members share and that outlive them, such as a key that was made at the first start.</summary>
public sealed class StoredSettings(JournalStore store)
{
    /// <summary>The value of a name; where there is none yet, the one that is offered becomes it. All who ask hear the same.</summary>
    /// <param name="name">Such as <c>registration-key</c>.</param>
    /// <param name="offered">What it becomes if nobody was first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<byte[]> GetOrAddAsync(string name, byte[] offered, CancellationToken cancellation = default) => store.WriteAsync(
        $"the setting {name}",
        async (transaction, stop) =>
        {
            await using (var add = transaction.Command(
                $"INSERT INTO {store.Schema}setting(name, value) VALUES(@name, @value) ON CONFLICT DO NOTHING",
                ("@name", name),
                ("@value", offered)))
            {
                _ = await add.ExecuteNonQueryAsync(stop);
            }

            await using var get = transaction.Command($"SELECT value FROM {store.Schema}setting WHERE name = @name", ("@name", name));
            return (byte[])(await get.ExecuteScalarAsync(stop))!;
        },
        cancellation);
}
