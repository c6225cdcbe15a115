using System.Net;
using StreamSupervisor.IntegrationTests.Registrations;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Connections;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Coworkers;

/// <summary>Any of several members says where a stream is, also of keys that live on another, and when that one is gone.</summary>
[Collection(PostgresFixture.Name)]
public sealed class CoworkersAcrossMembersTests(PostgresFixture postgres, ITestOutputHelper log)
{
    private const int Owner = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [PostgresFact]
    public async Task Each_member_sends_players_to_where_the_stream_is_and_goes_on_when_the_owner_of_the_key_is_killed()
    {
        await using var members = await ThreeMembers.StartAsync(postgres);
        using var http = new HttpClient();
        try
        {
            var key = await members.KeyOwnedByAsync(Owner);
            var first = await PublishAsync(members, 0, key);
            foreach (var member in new[] { 0, 1, 2 })
            {
                await Eventually.HoldsAsync($"member {member + 1} sends players of srs-2 to srs-1", async () =>
                    (await AskAsync(http, members, member, "srs-2", key)).Contains("srs-1.example", StringComparison.Ordinal), Patience);
                (await AskAsync(http, members, member, "srs-1", key)).ShouldContain("\"ip\":\"\",\"port\":0");
            }

            await Eventually.HoldsAsync("a look has confirmed the publisher", async () => (await members.JournalAsync(key)).Length > 1);
            var written = (await members.JournalAsync(key)).Length;
            await AskAsync(http, members, 0, "srs-2", key);
            (await members.JournalAsync(key)).Length.ShouldBe(written, "a question writes nothing");

            await members.KillAsync(Owner);
            _ = await PublishAsync(members, 1, key);
            foreach (var member in new[] { 0, 1 })
            {
                await Eventually.HoldsAsync($"member {member + 1} sends players of srs-1 to srs-2", async () =>
                    (await AskAsync(http, members, member, "srs-1", key)).Contains("srs-2.example", StringComparison.Ordinal), Patience);
            }

            first.Closed.IsCompleted.ShouldBeTrue();
        }
        catch
        {
            log.WriteLine(members.Output);
            throw;
        }
    }

    /// <summary>Publishes as an encoder that tries again while the cluster finds its next owner.</summary>
    private static Task<EncoderEnd> PublishAsync(ThreeMembers members, int server, string key) => Eventually.BringsAsync($"{key} is on air", async () =>
    {
        var encoder = await EncoderEnd.DialAsync(members.Srs[server]);
        return await encoder.PublishAsync(key) == PublishOutcome.Started ? encoder : null;
    }, Patience);

    /// <summary>The answer, or the status of one that is none.</summary>
    private static async Task<string> AskAsync(HttpClient http, ThreeMembers members, int member, string origin, string key)
    {
        using var content = new ByteArrayContent([]);
        using var response = await http.PostAsync(new Uri(members.AddressOf(member), $"/coworkers/v1/{Server.SrsServers.AskingTokenOf(origin)}/api/v1/clusters"
            + $"?vhost=__defaultVhost__&ip=x&app={key.Split('/')[0]}&stream={key.Split('/')[1]}&coworker=x"), content);
        return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsStringAsync() : response.StatusCode.ToString();
    }
}
