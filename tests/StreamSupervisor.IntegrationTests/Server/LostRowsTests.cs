using Microsoft.Data.Sqlite;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>What lists of streams lose when a member dies before it has written them.</summary>
public sealed class LostRowsTests
{
    [Fact]
    public async Task A_lock_that_no_server_shows_is_listed_again_though_much_was_written_since()
    {
        using var folder = new ServeFolder();
        await using (var first = await SupervisorProcess.ServeAsync(folder))
        {
            using var api = folder.Api();
            foreach (var key in new[] { "live/lost", "live/later" })
            {
                (await api.OrderAsync(StreamKey.Parse(key), "lock", new OrderBody("ann", "rehearsal", null), CancellationToken.None)).Problem.ShouldBeNull();
            }

            await first.KillAsync();
        }

        // As if so many rows of other keys stood between.
        using (var file = new SqliteConnection($"Data Source={folder.Database};Pooling=false"))
        {
            await file.OpenAsync();
            using var change = file.CreateCommand();
            change.CommandText =
                """
                UPDATE event_journal SET ordering = ordering + @rows WHERE persistence_id LIKE '%/live/later';
                UPDATE sqlite_sequence SET seq = (SELECT max(ordering) FROM event_journal) WHERE name = 'event_journal';
                DELETE FROM stream_index;
                """;
            change.Parameters.AddWithValue("@rows", LaggingSearch.AtOnce + LaggingSearch.Step);
            (await change.ExecuteNonQueryAsync()).ShouldBeGreaterThan(1);
        }

        await using var second = await SupervisorProcess.ServeAsync(folder);
        using var again = folder.Api();
        await Eventually.HoldsAsync("both are listed", async () =>
            (await again.ListStreamsAsync(new StreamFilter(null, null, null), 10, null, CancellationToken.None)).Value is { Streams: { } streams }
            && streams.Count(stream => stream.Locked is not null) == 2);
    }
}
