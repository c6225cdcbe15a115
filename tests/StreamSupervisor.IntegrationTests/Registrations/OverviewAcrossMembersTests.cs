using System.Net.Http.Json;
using System.Text.Json;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Connections;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>One member tells what all have decided.</summary>
[Collection(PostgresFixture.Name)]
public sealed class OverviewAcrossMembersTests(PostgresFixture postgres)
{
    private const int Owner = 2;

    [PostgresFact]
    public async Task Each_member_counts_what_any_of_them_has_decided()
    {
        await using var members = await ThreeMembers.StartAsync(postgres);
        var key = await members.KeyOwnedByAsync(Owner);
        var encoder = await EncoderEnd.DialAsync(members.Srs[0], "203.0.113.10");
        (await encoder.PublishAsync(key)).ShouldBe(PublishOutcome.Started, members.Output);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var asked in new[] { 0, 1, Owner })
        {
            await Eventually.HoldsAsync($"{ThreeMembers.NameOf(asked)} shows the stream, its admission and all members", async () =>
            {
                var overview = await http.GetFromJsonAsync<JsonElement>(new Uri(members.AddressOf(asked), "/api/v1/overview"));
                return (Number(overview, "streams", "live"), Number(overview, "lastMinute", "admissions"),
                    Number(overview, "lastMinute", "membersSilent"), Number(overview, "members", "up")) == (1, 1, 0, 3);
            });
        }
    }

    private static int Number(JsonElement overview, string part, string name) => overview.GetProperty(part).GetProperty(name).GetInt32();
}
