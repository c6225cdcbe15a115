using System.Text;
using System.Text.Json;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>The documents that the program serves are what it does: a client made out of them works.</summary>
public sealed class ContractTests
{
    private const string OfApi = "/api/v1/openapi.json";
    private const string OfManagement = "/cluster/openapi.json";

    private const string ApiCaller = """
        #nullable enable
        using System.Collections.Generic;
        using System.Linq;
        using System.Net.Http;
        using System.Threading.Tasks;
        using Generated;

        public static class Caller
        {
            public static async Task<List<string>> RunAsync(HttpClient http)
            {
                var client = new SupervisorClient(http);
                var said = new List<string>();
                StreamPage page = await client.ListStreamsAsync(StateOf("live"), null, null, 10, null);
                StreamView row = page.Streams.Single();
                long generation = row.Generation;
                said.Add($"{row.Key.App}/{row.Key.Stream} {row.State} {generation} {row.Session!.Origin} {row.Handover is null} next={page.Next ?? "none"}");
                TimelinePage timeline = await client.GetTimelineAsync("-", "live", "van", 50, null);
                said.Add($"{timeline.Entries.First().Kind} of {timeline.Entries.Count > 1}");
                Explanation why = await client.ExplainAttemptAsync("-", "live", "van", row.Session.ClientId, null);
                said.Add($"{why.Answer} {why.Text.En.Length > 0}");
                OrderResult locked = await client.LockStreamAsync("-", "live", "van", new OrderBody { Why = "a test" });
                said.Add($"locked {locked.Changed}");
                said.Add($"by {(await client.GetStreamAsync("-", "live", "van")).Locked!.By}");
                said.Add(string.Join(",", (await client.ListOriginsAsync(null, null)).Origins.Select(o => $"{o.Name} {o.State} {o.Draining}")));
                said.Add($"{(await client.ListReasonsAsync()).Reasons.Select(r => r.Code).Min() > 9000}");
                ClusterMembersView cluster = await client.GetClusterAsync();
                said.Add($"{cluster.Members.Single().State} {(await client.ListClusterShardsAsync(null)).Shards.Count > 0}");
                OverviewView overview = await client.GetOverviewAsync();
                said.Add($"{overview.Streams.Live} {overview.Members.Up} {overview.LastMinute.Admissions} {overview.Trouble.Wedges}");
                DrainAnswer drain = await client.DrainOriginAsync("srs-1", new DrainRequest { Draining = true, Why = "a test" });
                said.Add($"{drain.Name} {drain.Draining}");
                RegistrationAnswer answer = await client.RegisterAsync(new RegistrationRequest { Key = "live/other", EncoderId = "ann", Attempt = 1, Goodbye = false });
                RegistrationAnswer renewed = await client.RenewRegistrationAsync(answer.RegistrationId, new RegistrationUpdate { State = "waiting" });
                said.Add($"{answer.Decision} {renewed.RegistrationId == answer.RegistrationId} {answer.IsPermanent}");
                await client.EndRegistrationAsync(answer.RegistrationId);
                await Fails(said, client.GetRegistrationAsync("nobody", null));
                await Fails(said, client.GetStreamAsync("-", "live", "never"));
                await Fails(said, client.ListStreamsAsync(null, null, null, 0, null));
                await Fails(said, client.PinStreamAsync("-", "live", "van", new OrderBody { Why = "a test" }));
                await Fails(said, client.DrainOriginAsync("srs-9", new DrainRequest { Draining = true }));
                return said;
            }

            private static State StateOf(string word) => System.Enum.GetValues<State>().Single(state => state.ToString().ToLowerInvariant() == word);

            private static async Task Fails(List<string> said, Task call)
            {
                try
                {
                    await call;
                    said.Add("no error");
                }
                catch (ApiException<ApiProblem> error)
                {
                    said.Add($"{error.StatusCode} {error.Result.Status} {error.Result.Reason} {error.Result.Field ?? "-"}");
                }
            }
        }
        """;

    private const string ManagementCaller = """
        #nullable enable
        using System.Collections.Generic;
        using System.Linq;
        using System.Net.Http;
        using System.Threading.Tasks;
        using Generated;

        public static class Caller
        {
            public static async Task<List<string>> RunAsync(HttpClient http)
            {
                var client = new SupervisorClient(http);
                var said = new List<string> { (await client.AliveAsync()).Status, (await client.ReadyAsync()).Status };
                ClusterMembersView members = await client.ListMembersAsync();
                ClusterMemberView member = await client.GetMemberAsync(members.Members.Single().Name);
                said.Add($"{member.State} {member.Advertised ?? "alone"}");
                ClusterShardView shard = await client.GetShardAsync("3", 5);
                said.Add($"{shard.ShardId} {shard.NumEntities >= 0} {(await client.ListShardsAsync(null)).Shards.All(s => s.ShardId >= 0)}");
                foreach (var call in new Task[] { client.GetMemberAsync("nobody"), client.RemoveMemberAsync(member.Name, null), client.GetShardAsync("999", null) })
                {
                    try
                    {
                        await call;
                    }
                    catch (ApiException<ApiProblem> error)
                    {
                        said.Add($"{error.StatusCode} {error.Result.Reason}");
                    }
                }

                return said;
            }
        }
        """;

    [Fact]
    public async Task A_client_made_of_the_API_document_looks_orders_and_understands_errors()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var run = await GeneratedClient.CompileAsync(await platform.Http.GetStringAsync(OfApi), ApiCaller);
        await platform.PublishAsync(platform.Srs[0], "live/van");
        await platform.StreamAsync("live/van", stream => stream is { State: "live", Session.Confirmed: true });

        await Eventually.HoldsAsync("the index lists it as live", async () =>
            (await platform.Http.GetStringAsync("/api/v1/streams?state=live")).Contains("\"van\"", StringComparison.Ordinal));

        var said = await run(platform.Http);

        said.ShouldBe(
        [
            "live/van live 1 srs-1 True next=none", "publisher-confirmed of True", "admitted True", "locked True", "by local",
                "srs-1 up False", "True", "active True", "1 1 1 0",
            "srs-1 True", "Refused True False", "404 404 registration-unknown -", "404 404 stream-unknown -", "400 400 bad-field limit",
            "400 400 bad-field identity", "404 404 no-such-call -",
        ]);
    }

    [Fact]
    public async Task A_client_made_of_the_management_document_sees_the_members()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var http = new HttpClient { BaseAddress = new Uri(platform.Management) };

        var run = await GeneratedClient.CompileAsync(await http.GetStringAsync(OfManagement), ManagementCaller);

        var said = await run(http);

        said.ShouldBe(["alive", "ready", "active alone", "3 True True", "404 member-unknown", "409 alone", "404 shard-unknown"]);
    }

    [Fact]
    public async Task Fields_that_are_unknown_or_missing_are_refused_by_every_route_that_takes_a_body()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var refused = new List<string>();
        foreach (var (address, document) in new[] { (platform.Address, OfApi), (platform.Management, OfManagement) })
        {
            using var described = JsonDocument.Parse(await platform.Http.GetStringAsync(new Uri(address + document)));
            foreach (var path in described.RootElement.GetProperty("paths").EnumerateObject())
            {
                foreach (var call in path.Value.EnumerateObject().Where(call => call.Value.TryGetProperty("requestBody", out _)))
                {
                    var type = call.Value.GetProperty("requestBody").GetProperty("content").EnumerateObject().Single();
                    var schema = type.Value.GetProperty("schema").GetProperty("$ref").GetString()!.Split('/')[^1];
                    var isJson = type.Name == "application/json";
                    var target = address + path.Name.Replace("{vhost}", "-", StringComparison.Ordinal).Replace("{name}", "srs-1",
                        StringComparison.Ordinal)
                        .Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
                    refused.Add($"{call.Name} {path.Name}: " + await RefusalAsync(platform.Http, call.Name, target, type.Name, isJson ? """{"nonsense":1}""" : "nonsense=1"));
                    if (described.RootElement.GetProperty("components").GetProperty("schemas").GetProperty(schema)
                        .TryGetProperty("required", out _))
                    {
                        refused.Add($"{call.Name} {path.Name}: " + await RefusalAsync(platform.Http, call.Name, target, type.Name, isJson
                            ? "{}" : ""));
                    }
                }
            }
        }

        refused.Count.ShouldBe(17);

        // Here nobody is told by webhooks, which is said before the body is read.
        refused.ShouldAllBe(line => line.EndsWith(": 400", StringComparison.Ordinal) || line == "post /api/v1/webhooks/{webhook}/redeliver: 404");
    }

    private static async Task<string> RefusalAsync(HttpClient http, string method, string address, string type, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), address) { Content = new StringContent(body,
            Encoding.UTF8, type) };
        using var response = await http.SendAsync(request);
        return $"{(int)response.StatusCode}";
    }

    [Fact]
    public async Task Each_listener_tells_of_its_own_paths_of_numbers_as_numbers_and_of_who_may_call()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        foreach (var (address, own, open) in new[]
        {
            (platform.Address + OfApi, new[] { "/api/v1/" }, Array.Empty<string>()),
            (platform.Management + OfManagement, ["/alive", "/ready", "/metrics", "/cluster/"], ["/alive", "/ready", "/metrics"]),
        })
        {
            using var document = JsonDocument.Parse(await platform.Http.GetStringAsync(new Uri(address)));
            var paths = document.RootElement.GetProperty("paths").EnumerateObject().ToList();
            paths.Select(path => path.Name).ShouldAllBe(path => own.Any(start => path.StartsWith(start, StringComparison.Ordinal)));
            foreach (var call in paths.SelectMany(path => path.Value.EnumerateObject().Select(call => (path.Name, call.Value))))
            {
                var isOpen = open.Contains(call.Name);
                call.Value.TryGetProperty("security", out _).ShouldBe(isOpen, call.Name);
                call.Value.GetProperty("responses").EnumerateObject().Select(status => status.Name).Contains("401")
                    .ShouldBe(!isOpen, call.Name);
            }

            document.RootElement.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Count().ShouldBe(2);
            document.RootElement.GetRawText().ShouldNotContain("\"pattern\""); // a number that may be a string has one
        }
    }
}
