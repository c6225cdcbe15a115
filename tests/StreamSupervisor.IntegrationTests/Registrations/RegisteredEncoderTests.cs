using System.Text.Json;
using StreamSupervisor.Client;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;
using ClientDecision = StreamSupervisor.Client.RegistrationDecision;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>Encoders that announce themselves to the whole program, and then publish to simulated servers.</summary>
public sealed class RegisteredEncoderTests
{
    private const int Returns = 50;

    [Fact]
    public async Task An_encoder_whose_old_session_is_stale_is_in_at_its_first_try_fifty_times_of_fifty_on_every_version()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V5, SrsModel.V6, SrsModel.V7, SrsModel.V7Token);
        var client = new SupervisorClient(platform.Http, new SupervisorClientOptions { Addresses = [new Uri(platform.Address)] });
        foreach (var (server, name) in platform.Srs.All.Zip(platform.Srs.Names))
        {
            var key = $"live/{name}";
            for (var attempt = 1; attempt <= Returns; attempt++)
            {
                var answer = await client.RegisterAsync(new RegistrationRequest(key, $"encoder-of-{name}", attempt) { PreferOrigin = name });
                while (answer.Decision == ClientDecision.Wait)
                {
                    answer = await client.GetAsync(answer.RegistrationId, TimeSpan.FromSeconds(2.5));
                }

                answer.Decision.ShouldBe(ClientDecision.Publish, $"{name}, {attempt}: {answer.Reason}");
                answer.Publish[0].Origin.ShouldBe(name);

                // It never ends by itself: the next one finds it in its way.
                var encoder = await EncoderEnd.DialAsync(server);
                (await encoder.PublishAsync(key, new Uri(answer.Publish[0].Url).Query)).ShouldBe(PublishOutcome.Started, $"{name}, {attempt}\n{await platform.StoryAsync(key)}");
            }

            (await platform.StreamAsync(key))!.Generation.ShouldBe(Returns);
        }

        (await platform.Srs.BusyAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_document_of_the_API_tells_of_registrations_with_their_parameters()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var document = JsonDocument.Parse(await platform.Http.GetStringAsync("/api/v1/openapi.json"));
        var paths = document.RootElement.GetProperty("paths");
        string[] CallsOf(string path) => [.. paths.GetProperty(path).EnumerateObject().Select(call => call.Name)];
        string?[] ParametersOf(string path, string method) =>
            [.. paths.GetProperty(path).GetProperty(method).GetProperty("parameters").EnumerateArray().Select(one => one.GetProperty("name").GetString())];

        CallsOf("/api/v1/registrations").ShouldBe(["post"]);
        CallsOf("/api/v1/registrations/{id}").ShouldBe(["put", "get", "delete"], ignoreOrder: true);
        CallsOf("/api/v1/registrations/{id}/events").ShouldBe(["get"]);
        CallsOf("/api/v1/origins/{name}").ShouldBe(["put"]);
        ParametersOf("/api/v1/registrations/{id}", "get").ShouldBe(["id", "wait"]);
        ParametersOf("/api/v1/origins/{name}", "put").ShouldBe(["name"]);
        var answer = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("RegistrationAnswer").GetProperty("properties");
        string[] fields = ["registrationId", "decision", "publish", "generation", "expiresAt", "retryAfterMs", "attemptsLeft", "reason"];
        fields.Where(field => !answer.TryGetProperty(field, out _)).ShouldBeEmpty();
    }
}
