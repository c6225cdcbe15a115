namespace StreamSupervisor.IntegrationTests.Api;

public class OpenApiTests
{
    [Fact]
    public async Task The_document_tells_of_every_call_with_its_parameters()
    {
        await using var server = await ApiServer.StartAsync();

        var (status, document) = await server.GetAsync("/api/v1/openapi.json");

        status.ShouldBe(200);
        const string stream = "/api/v1/streams/{vhost}/{app}/{stream}";
        var calls = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(call => $"{call.Name} {path.Name}")).ToList();
        calls.ShouldBe(
        [
            "get /api/v1/streams", $"get {stream}", $"get {stream}/timeline", $"get {stream}/explain",
            $"post {stream}/kick", $"post {stream}/release", $"post {stream}/lock", $"post {stream}/unlock", $"post {stream}/pin",
            "get /api/v1/origins", "post /api/v1/origins/{name}/look", "get /api/v1/reasons", "get /api/v1/events", "get /api/v1/attempts", "get /api/v1/me", "get /api/v1/overview",
        ], ignoreOrder: true);
        var explain = document.GetProperty("paths").GetProperty($"{stream}/explain").GetProperty("get");
        explain.GetProperty("parameters").EnumerateArray().Select(one => one.GetProperty("name").GetString())
            .ShouldBe(["vhost", "app", "stream", "clientId", "serviceId"]);
        document.GetProperty("components").GetProperty("schemas").GetProperty("StreamView").GetProperty("properties").TryGetProperty("wedgedOn", out _).ShouldBeTrue();
    }
}
