using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Who may call what: every route of the program, by every kind of caller. A route without a row here fails.</summary>
public sealed partial class CallersTests : IAsyncLifetime
{
    private const string Read = "read-read-read-read";
    private const string Operate = "operate-operate-operate";
    private const string Admin = "admin-admin-admin-admin";
    private const string Scoped = "scoped-scoped-scoped-scoped";
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Why = """{"why":"a test"}""";
    private const string Registration = """{"key":"live/registered","encoderId":"ann","attempt":1}""";
    private const string Hook = """{"action":"on_close","client_id":"c1","ip":"10.0.0.1","vhost":"__defaultVhost__","app":"live","server_id":"v","service_id":"s"}""";

    /// <summary>
    /// Route, then a call of it, then its status for: this machine; this machine behind a proxy that says so; a page of another site (all three where no
    /// keys are configured); a stranger; the role read; the role operate; the role admin; the role operator for other streams than these (the last
    /// five behind a proxy, where keys are configured).
    /// </summary>
    private static readonly (string Route, string Path, string? Body, string Expected)[] Rows =
    [
        ("GET /", "/", null, "200 200 200 200 200 200 200 200"),
        ("GET /ui/why", "/ui/why?q=10.0.0.7", null, "200 403 403 401 200 200 200 200"),
        ("POST /ui/why", "/ui/why", "q=10.0.0.7", "200 403 403 401 401 401 401 401"),
        ("POST /ui/find", "/ui/find", "q=live", "200 403 403 401 401 401 401 401"),
        ("POST /ui/audit", "/ui/audit", "q=live", "200 403 403 401 401 401 401 401"),
        ("POST /ui/orders", "/ui/orders", "order=dance", "404 403 403 401 403 404 404 404"),
        ("GET /ui/origins", "/ui/origins", null, "200 403 403 401 200 200 200 200"),
        ("POST /ui/origins", "/ui/origins", "origin=srs-1&order=dance", "404 403 403 401 403 404 404 404"),
        ("GET /ui/cluster", "/ui/cluster", null, "200 403 403 401 200 200 200 403"),
        ("POST /ui/cluster", "/ui/cluster", "order=dance", "404 403 403 401 403 404 404 403"),
        ("GET /ui/trouble", "/ui/trouble", null, "200 403 403 401 200 200 200 200"),
        ("POST /ui/trouble", "/ui/trouble", "key=none", "400 403 403 401 403 400 400 400"),
        ("GET /ui/audit", "/ui/audit", null, "200 403 403 401 200 200 200 200"),
        ("GET /ui/audit.csv", "/ui/audit.csv", null, "200 403 403 401 200 200 200 200"),
        ("GET /ui/settings", "/ui/settings", null, "200 403 403 401 200 200 200 403"),
        ("POST /hooks/v1/{token}", "/hooks/v1/token-of-srs-1", Hook, "200 200 403 200 200 200 200 200"),
        ("POST /hooks/v1/{token}", "/hooks/v1/token-of-srs-2", Hook, "200 200 403 200 200 200 200 200"),
        ("POST /hooks/v1/{token}", "/hooks/v1/token-of-nobody", Hook, "404 404 403 404 404 404 404 404"),
        ("POST /coworkers/v1/{token}/api/v1/clusters", "/coworkers/v1/asks-of-srs-1/api/v1/clusters?vhost=v&ip=&app=live&stream=nobody", "{}", "200 200 403 200 200 200 200 200"),
        ("POST /coworkers/v1/{token}/api/v1/clusters", "/coworkers/v1/token-of-srs-1/api/v1/clusters?vhost=v&ip=&app=live&stream=nobody", "{}", "404 404 403 404 404 404 404 404"),
        ("POST /coworkers/v1/{token}/api/v1/clusters", "/coworkers/v1/token-of-nobody/api/v1/clusters?vhost=v&ip=&app=live&stream=nobody", "{}", "404 404 403 404 404 404 404 404"),
        ("POST /heartbeat/v1/{token}", "/heartbeat/v1/token-of-srs-1", "{}", "200 200 403 200 200 200 200 200"),
        ("POST /heartbeat/v1/{token}", "/heartbeat/v1/token-of-srs-2", "{}", "200 200 403 200 200 200 200 200"),
        ("POST /heartbeat/v1/{token}", "/heartbeat/v1/token-of-nobody", "{}", "404 404 403 404 404 404 404 404"),
        ("GET /api/v1/streams", "/api/v1/streams", null, "200 403 403 401 200 200 200 200"),
        ("GET /api/v1/streams/{vhost}/{app}/{stream}", "/api/v1/streams/-/live/nobody", null, "404 403 403 401 404 404 404 403"),
        ("GET /api/v1/streams/{vhost}/{app}/{stream}/timeline", "/api/v1/streams/-/live/nobody/timeline", null, "200 403 403 401 200 200 200 403"),
        ("GET /api/v1/streams/{vhost}/{app}/{stream}/explain", "/api/v1/streams/-/live/nobody/explain?clientId=x", null, "404 403 403 401 404 404 404 403"),
        ("GET /api/v1/streams/{**path}", "/api/v1/streams/-/a/b/nobody", null, "404 403 403 401 404 404 404 403"),
        ("POST /api/v1/streams/{vhost}/{app}/{stream}/kick", "/api/v1/streams/-/live/callers/kick", Why, "404 403 403 401 403 404 404 403"),
        ("POST /api/v1/streams/{vhost}/{app}/{stream}/release", "/api/v1/streams/-/live/callers/release", Why, "200 403 403 401 403 200 200 403"),
        ("POST /api/v1/streams/{vhost}/{app}/{stream}/lock", "/api/v1/streams/-/live/callers/lock", Why, "200 403 403 401 403 200 200 403"),
        ("POST /api/v1/streams/{vhost}/{app}/{stream}/unlock", "/api/v1/streams/-/live/callers/unlock", Why, "200 403 403 401 403 200 200 403"),
        ("POST /api/v1/streams/{vhost}/{app}/{stream}/pin", "/api/v1/streams/-/live/callers/pin", """{"why":"a test","identity":"ann"}""", "200 403 403 401 403 200 200 403"),
        ("POST /api/v1/streams/{**path}", "/api/v1/streams/-/a/b/c/dance", Why, "404 403 403 401 403 404 404 404"),
        ("GET /api/v1/origins", "/api/v1/origins", null, "200 403 403 401 200 200 200 200"),
        ("POST /api/v1/origins/{name}/look", "/api/v1/origins/srs-1/look", null, "202 403 403 401 403 202 202 403"),
        ("GET /api/v1/reasons", "/api/v1/reasons", null, "200 403 403 401 200 200 200 200"),
        ("GET /api/v1/events", "/api/v1/events", null, "200 403 403 401 200 200 200 200"),
        ("GET /api/v1/attempts", "/api/v1/attempts", null, "200 403 403 401 200 200 200 200"),
        ("GET /api/v1/me", "/api/v1/me", null, "200 403 403 401 200 200 200 200"),
        ("GET /api/v1/overview", "/api/v1/overview", null, "200 403 403 401 200 200 200 403"),
        ("GET /api/v1/cluster", "/api/v1/cluster", null, "200 403 403 401 200 200 200 403"),
        ("GET /api/v1/cluster/shards", "/api/v1/cluster/shards", null, "200 403 403 401 200 200 200 403"),
        ("GET /api/v1/webhooks", "/api/v1/webhooks", null, "200 403 403 401 200 200 200 403"),
        ("POST /api/v1/webhooks/{webhook}/redeliver", "/api/v1/webhooks/nobody/redeliver", Why, "404 403 403 401 403 404 404 403"),
        ("POST /api/v1/reload", "/api/v1/reload", null, "422 403 403 401 403 403 422 403"),
        ("GET /api/v1/openapi.json", "/api/v1/openapi.json", null, "200 403 403 401 200 200 200 200"),
        ("ANY /api/v1/{**rest}", "/api/v1/nothing", null, "404 403 403 401 404 404 404 404"),
        ("POST /api/v1/registrations", "/api/v1/registrations", Registration, "200 403 403 401 403 200 200 403"),
        ("PUT /api/v1/registrations/{id}", "/api/v1/registrations/nobody", "{}", "404 404 403 404 404 404 404 404"),
        ("GET /api/v1/registrations/{id}", "/api/v1/registrations/nobody", null, "404 404 403 404 404 404 404 404"),
        ("DELETE /api/v1/registrations/{id}", "/api/v1/registrations/nobody", null, "404 404 403 404 404 404 404 404"),
        ("GET /api/v1/registrations/{id}/events", "/api/v1/registrations/nobody/events", null, "404 404 403 404 404 404 404 404"),
        ("PUT /api/v1/origins/{name}", "/api/v1/origins/srs-1", """{"draining":false}""", "200 403 403 401 403 200 200 403"),
        ("GET /ui", "/ui", null, "200 403 403 401 200 200 200 200"),
        ("GET /ui/feed", "/ui/feed", null, "200 403 403 401 200 200 200 200"),
        ("GET /ui/assets/{hash}/{name}", "/ui/assets/0/dashboard.css", null, "200 200 200 200 200 200 200 200"),
        ("POST /ui/login", "/ui/login", "key=a-guess", "401 401 403 401 401 401 401 401"),

        // These two lead back to the page, which is then asked for without the key.
        ("POST /ui/logout", "/ui/logout", "a=form", "200 403 403 401 401 401 401 401"),
        ("POST /ui/preferences", "/ui/preferences", "theme=dark", "200 403 403 401 401 401 401 401"),
        ("GET /ui/streams/{**path}", "/ui/streams/-/live/nobody", null, "404 403 403 401 404 404 404 403"),
        ("POST /ui/streams/{**path}", "/ui/streams/-/live/pages/kick", "why=a+test", "404 403 403 401 403 404 404 403"),
        ("GET /ui/manual/{name?}", "/ui/manual", null, "200 200 200 200 200 200 200 200"),
        ("GET /ui/manual/{name?}", "/ui/manual/start", null, "200 200 200 200 200 200 200 200"),
        ("GET /ui/manual/{name?}", "/ui/manual/nothing", null, "404 404 404 404 404 404 404 404"),
        ("GET /ui/manual/alerts/{name}", "/ui/manual/alerts/StreamSupervisorFight", null, "200 200 200 200 200 200 200 200"),
        ("GET /ui/manual/alerts/{name}", "/ui/manual/alerts/nothing", null, "404 404 404 404 404 404 404 404"),
        ("ANY /ui/{**rest}", "/ui/nothing", null, "404 403 403 401 404 404 404 404"),
        ("GET /alive", "/alive", null, "200 200 200 200 200 200 200 200"),
        ("GET /ready", "/ready", null, "200 200 200 200 200 200 200 200"),
        ("GET /metrics", "/metrics", null, "200 200 403 200 200 200 200 200"),
        ("GET /cluster/members", "/cluster/members", null, "200 403 403 403 200 200 200 403"),
        ("GET /cluster/members/{**address}", "/cluster/members/nobody", null, "404 403 403 403 404 404 404 403"),
        ("PUT /cluster/members/{**address}", "/cluster/members/nobody", "operation=Leave", "404 403 403 401 403 404 404 403"),
        ("DELETE /cluster/members/{**address}", "/cluster/members/nobody", null, "404 403 403 401 403 404 404 403"),
        ("GET /cluster/shards", "/cluster/shards", null, "200 403 403 403 200 200 200 403"),
        ("GET /cluster/shards/{id}", "/cluster/shards/1", null, "200 403 403 403 200 200 200 403"),
        ("GET /cluster/openapi.json", "/cluster/openapi.json", null, "200 403 403 403 200 200 200 200"),
        ("ANY /cluster/{**rest}", "/cluster/nothing", null, "404 403 403 403 404 404 404 403"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-callers-");
    private readonly HttpClient _http = new();
    private SupervisorServer _open = null!;
    private SupervisorServer _keyed = null!;
    private SupervisorOptions _openOptions = null!;
    private SupervisorOptions _keyedOptions = null!;

    public async Task InitializeAsync()
    {
        (_open, _openOptions) = await StartAsync("open");
        (_keyed, _keyedOptions) = await StartAsync("keyed", new ApiKeyOptions { Name = "wall", Key = Read, Role = "read" },
            new ApiKeyOptions { Name = "ops", Key = Operate, Role = "operate" },
            new ApiKeyOptions { Name = "boss", KeyHash = ApiKeyHash.TextOf(Admin), Role = "admin" },
            new ApiKeyOptions { Name = "team-a", Key = Scoped, Role = "operator", Streams = { "team-a/*" } });
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _open.DisposeAsync();
        await _keyed.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_route_answers_each_caller_as_written_down_here()
    {
        var routes = _open.Routes.OfType<RouteEndpoint>().SelectMany(NamesOf).Distinct().Order(StringComparer.Ordinal).ToList();
        var problems = routes.Except(Rows.Select(row => row.Route)).Select(route => $"no row: {route}")
            .Concat(Rows.Select(row => row.Route).Except(routes).Select(route => $"no route: {route}")).ToList();
        foreach (var row in Rows)
        {
            var statuses = new List<int>
            {
                await CallAsync(_openOptions, row),
                await CallAsync(_openOptions, row, ("X-Real-IP", "203.0.113.7")),
                await CallAsync(_openOptions, row, ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")),
                await CallAsync(_keyedOptions, row, ("Via", "1.1 proxy")),
                await CallAsync(_keyedOptions, row, ("Via", "1.1 proxy"), ("Authorization", $"Bearer {Read}")),
                await CallAsync(_keyedOptions, row, ("Via", "1.1 proxy"), ("Authorization", $"Bearer {Operate}")),
                await CallAsync(_keyedOptions, row, ("Via", "1.1 proxy"), ("Authorization", $"Bearer {Admin}")),
                await CallAsync(_keyedOptions, row, ("Via", "1.1 proxy"), ("Authorization", $"Bearer {Scoped}")),
            };
            if (string.Join(' ', statuses) is var actual && actual != row.Expected)
            {
                problems.Add($"{row.Route} {row.Path}: {actual} instead of {row.Expected}");
            }
        }

        string.Join("\n", problems).ShouldBe("");
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("x-forwarded-anything")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("Via")]
    [InlineData("CF-Connecting-IP")]
    [InlineData("True-Client-IP")]
    public async Task Any_header_of_a_proxy_ends_what_this_machine_may(string header)
    {
        var list = ("GET /api/v1/streams", "/api/v1/streams", (string?)null, "");
        (await CallAsync(_openOptions, list, (header, "x"))).ShouldBe(403);
        (await CallAsync(_openOptions, list)).ShouldBe(200);
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("10.1.2.3", 200)]
    public async Task Metrics_and_cluster_answer_to_names_of_this_member_and_probes_to_any(string host, int expected)
    {
        foreach (var path in new[] { "/metrics", "/cluster/members" })
        {
            (await CallAsync(_openOptions, ($"GET {path}", path, null, ""), ("Host", host))).ShouldBe(expected, path);
        }

        (await CallAsync(_openOptions, ("GET /alive", "/alive", null, ""), ("Host", host))).ShouldBe(200);
    }

    [Fact]
    public async Task After_ten_wrong_keys_an_address_is_refused_with_the_right_one_too()
    {
        var list = ("GET /api/v1/streams", "/api/v1/streams", (string?)null, "");
        for (var i = 0; i < 10; i++)
        {
            (await CallAsync(_keyedOptions, list, ("Authorization", $"Bearer guess-{i}"))).ShouldBe(401);
        }

        (await CallAsync(_keyedOptions, list, ("Authorization", $"Bearer {Operate}"))).ShouldBe(429);
    }

    [Fact]
    public async Task Head_is_get_without_a_body_and_a_wrong_method_hears_the_right_ones()
    {
        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, _openOptions.Http.Listen[0] + "/api/v1/streams"));
        (head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.OK, 0));
        using var wrong = await _http.DeleteAsync(new Uri(_openOptions.Http.Listen[0] + "/api/v1/origins"));
        (wrong.StatusCode, string.Join(", ", wrong.Content.Headers.Allow)).ShouldBe((HttpStatusCode.MethodNotAllowed, "GET, HEAD"));
        using var alive = await _http.PostAsync(new Uri(_openOptions.Management.Listen[0] + "/alive"), null);
        (alive.StatusCode, string.Join(", ", alive.Content.Headers.Allow)).ShouldBe((HttpStatusCode.MethodNotAllowed, "GET, HEAD"));
        (await _http.GetStringAsync(new Uri(_openOptions.Http.Listen[0]))).ShouldStartWith("StreamSupervisor decides who publishes each stream key");
    }

    private async Task<(SupervisorServer Server, SupervisorOptions Options)> StartAsync(string name, params ApiKeyOptions[] keys)
    {
        var options = new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { FreePort.Address() } },
            Management = new ManagementOptions { Listen = { FreePort.Address() } },
            Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(_folder.FullName, $"{name}.db") } },
            Origins =
            {
                new OriginOptions { Name = "srs-1", Api = "http://127.0.0.1:1", HookToken = "token-of-srs-1", CoworkersToken = "asks-of-srs-1" },
                new OriginOptions { Name = "srs-2", Api = "http://127.0.0.1:1", HookToken = "token-of-srs-2" },
            },
            Api = new ApiOptions { Keys = [.. keys] },
        };
        var server = await SupervisorServer.BuildAsync(options, logging => logging.ClearProviders());
        await server.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync("the supervisor is ready", async () =>
            (await _http.GetAsync(new Uri(options.Management.Listen[0] + "/ready"))).IsSuccessStatusCode);
        return (server, options);
    }

    private static IEnumerable<string> NamesOf(RouteEndpoint route)
    {
        var path = "/" + route.RoutePattern.RawText!.Trim('/');
        return route.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods.Count: > 0 } methods
            ? methods.HttpMethods.Select(method => $"{method} {path}") : [$"ANY {path}"];
    }

    private async Task<int> CallAsync(SupervisorOptions options, (string Route, string Path, string? Body, string Expected) row,
        params (string Name, string Value)[] headers)
    {
        var method = row.Route[..row.Route.IndexOf(' ', StringComparison.Ordinal)];
        var isManaged = new[] { "/alive", "/ready", "/metrics", "/cluster" }.Any(start => row.Path.StartsWith(start, StringComparison.Ordinal));
        using var request = new HttpRequestMessage(new HttpMethod(method == "ANY" ? "GET" : method),
            (isManaged ? options.Management : (object)options.Http) is ManagementOptions management ? management.Listen[0] + row.Path : options.Http.Listen[0] + row.Path);
        if (row.Body is { } body)
        {
            request.Content = new StringContent(body, Encoding.UTF8, body.StartsWith('{') ? Json : Form);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)response.StatusCode;
    }
}
