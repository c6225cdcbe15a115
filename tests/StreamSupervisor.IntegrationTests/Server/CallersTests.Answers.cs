using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.IntegrationTests.Server;

/// <content>What the answers say: the documents know every status, details read well, and the wrong port is named.</content>
public sealed partial class CallersTests
{
    [Fact]
    public void The_manual_lists_every_call_of_the_API()
    {
        var routes = _open.Routes.OfType<RouteEndpoint>().SelectMany(NamesOf).Distinct()
            .Where(route => route.Contains(" /api/v1/", StringComparison.Ordinal) && !route.Contains("{**", StringComparison.Ordinal)
                && !route.EndsWith("openapi.json", StringComparison.Ordinal)).ToList();
        foreach (var language in new[] { "en", "zh" })
        {
            var page = new ManualBook().Find("api", language)!.Text;
            Call().Matches(page).Select(row => row.Groups["call"].Value).ShouldBe(routes, ignoreOrder: true);
        }
    }

    [Fact]
    public async Task Each_status_that_a_route_answers_stands_in_the_document_of_its_listener()
    {
        var responses = new Dictionary<string, List<string>>();
        foreach (var address in new[] { _openOptions.Http.Listen[0] + "/api/v1/openapi.json", _openOptions.Management.Listen[0]
            + "/cluster/openapi.json" })
        {
            using var document = JsonDocument.Parse(await _http.GetStringAsync(new Uri(address)));
            foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
            {
                foreach (var call in path.Value.EnumerateObject())
                {
                    responses.Add($"{call.Name.ToUpperInvariant()} {path.Name}", [.. call.Value.GetProperty("responses").EnumerateObject()
                        .Select(one => one.Name)]);
                }
            }
        }

        var told = Rows.Where(row => responses.ContainsKey(row.Route.Replace("**", "", StringComparison.Ordinal))).ToList();
        told.Count.ShouldBe(responses.Count, "every described route has a row");
        string.Join("\n", told.SelectMany(row => row.Expected.Split(' ').Distinct()
            .Except(responses[row.Route.Replace("**", "", StringComparison.Ordinal)]).Select(status => $"{row.Route}: {status}")))
                .ShouldBe("");
    }

    [Fact]
    public async Task Details_are_written_as_people_read_them()
    {
        using var response = await _http.GetAsync(new Uri(_keyedOptions.Http.Listen[0] + "/api/v1/streams"));
        (await response.Content.ReadAsStringAsync()).ShouldContain("'Authorization: Bearer KEY'");
    }

    [Fact]
    public async Task A_command_that_asks_the_other_port_hears_that_it_is_the_other_port()
    {
        using var client = new SupervisorApiClient(new Uri(_openOptions.Management.Listen[0]), apiKey: null);
        var problem = (await client.ListOriginsAsync(cursor: null, CancellationToken.None)).Problem!;
        problem.Reason.ShouldBe(SupervisorApiClient.NotASupervisor);
        problem.Detail.ShouldContain("another of its ports");
    }

    [GeneratedRegex(@"^\| `(?<call>[A-Z]+ /api/v1/[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Call();
}
