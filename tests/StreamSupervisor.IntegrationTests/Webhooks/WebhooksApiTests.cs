using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Webhooks;

/// <summary>Webhooks of a whole supervisor, and what people see of them.</summary>
public sealed class WebhooksApiTests
{
    [Fact]
    public async Task What_happens_to_a_stream_is_told_and_the_list_says_how_far()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var platform = await PlatformAsync(receiver);
        var first = await platform.PublishAsync(platform.Srs[0], "live/cam1");
        await platform.PublishAsync(platform.Srs[0], "live/cam1");

        await Eventually.HoldsAsync("the takeover is told", () => Task.FromResult(Told(receiver).SequenceEqual(["stream.started", "stream.taken-over"])));

        receiver.Faults.ShouldBeEmpty();
        var taken = receiver.Taken.Last(message => message.Type == "stream.taken-over").Event;
        taken.GetProperty("source").GetString()!.ShouldStartWith("urn:uuid:");
        taken.GetProperty("data").GetProperty("replaced").GetProperty("clientId").GetString().ShouldBe(first.ClientId);
        taken.GetProperty("data").GetProperty("generation").GetInt64().ShouldBe(2);
        taken.GetProperty("data").GetProperty("text").GetString()!.ShouldContain("was admitted as generation 2");
        var (exitCode, output, error) = await platform.CommandAsync("webhooks", "list");
        exitCode.ShouldBe(0, error);
        output.ShouldContain("active");
        output.ShouldNotContain("very-secret");
        (await platform.CommandAsync("webhooks", "list", "--json")).Output.ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task One_that_wants_nothing_any_more_is_parked_until_somebody_says_otherwise()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var platform = await PlatformAsync(receiver);
        receiver.Answer = _ => Task.FromResult(StatusCodes.Status410Gone);
        await platform.PublishAsync(platform.Srs[0], "live/cam1");
        await Eventually.HoldsAsync("it is parked", async () => (await StateAsync(platform)) is { } view
            && view.GetProperty("state").GetString() == "parked" && view.GetProperty("behind").GetInt64() > 0);
        receiver.Answer = _ => Task.FromResult(StatusCodes.Status200OK);

        var (exitCode, output, error) = await platform.CommandAsync("webhooks", "redeliver", "ours", "--why", "it is back");

        exitCode.ShouldBe(0, error);
        output.ShouldStartWith("ours (http://127.0.0.1:");
        await Eventually.HoldsAsync("it is told", () => Task.FromResult(Told(receiver).Contains("stream.started")));
    }

    [Theory]
    [InlineData("""{"why":"x","after":"yesterday"}""", 400, "after")]
    [InlineData("""{"why":"x","after":"999999.0"}""", 400, "after")]
    [InlineData("""{"after":"1.0"}""", 400, "why")]
    [InlineData("""{"why":"x","after":"notice-999999"}""", 400, "after")]
    [InlineData("""{"why":"x","before":1}""", 400, "before")]
    [InlineData("""[]""", 400, null)]
    public async Task A_mistake_in_an_order_is_named(string body, int status, string? field)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var platform = await PlatformAsync(receiver);

        using var answer = await platform.Http.PostAsync(
            new Uri("/api/v1/webhooks/0/redeliver", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        ((int)answer.StatusCode, problem.TryGetProperty("field", out var named) ? named.GetString() : null).ShouldBe((status, field));
    }

    [Fact]
    public async Task A_receiver_is_tried_from_a_terminal_without_a_supervisor()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var folder = Directory.CreateTempSubdirectory("streamsupervisor-test-");
        try
        {
            var file = Path.Combine(folder.FullName, "secret");
            await File.WriteAllTextAsync(file, WebhookReceiver.Secret + "\n");

            var (exitCode, output, error) = await RunAsync("webhooks", "test", receiver.UrlOf(), "--secret-file", file);
            exitCode.ShouldBe(0, error);
            output.ShouldContain("took the message: it answered 204");
            receiver.Taken.ShouldHaveSingleItem().Type.ShouldBe("webhook.test");
            receiver.Faults.ShouldBeEmpty();

            receiver.Answer = _ => Task.FromResult(StatusCodes.Status401Unauthorized);
            (exitCode, _, error) = await RunAsync("webhooks", "test", receiver.UrlOf(), "--secret-file", file);
            (exitCode, error.Trim()).ShouldBe((1, $"{new Uri(receiver.UrlOf()).GetLeftPart(UriPartial.Authority)} did not take the message. It answered 401."));

            (exitCode, _, error) = await RunAsync("webhooks", "test", "http://example.com/hook", "--secret-file", file);
            exitCode.ShouldBe(2);
            error.ShouldContain("Write https://HOST/PATH");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Another program that knows HMAC comes to the same signature.</summary>
    [Fact]
    public async Task A_signature_is_what_openssl_says()
    {
        var text = WebhookSecret.New();
        var key = Convert.ToHexStringLower(Convert.FromBase64String(text[WebhookSecret.Prefix.Length..]));
        var body = Encoding.UTF8.GetBytes("""{"text":"直播 \"x\""}""");
        using var openssl = Process.Start(new ProcessStartInfo("openssl", ["dgst", "-sha256", "-mac", "HMAC", "-macopt", $"hexkey:{key}", "-binary"])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        await openssl.StandardInput.BaseStream.WriteAsync((byte[])[.. "event-12.0-8de.1731705121."u8, .. body]);
        openssl.StandardInput.Close();
        using var digest = new MemoryStream();
        await openssl.StandardOutput.BaseStream.CopyToAsync(digest);
        await openssl.WaitForExitAsync();

        WebhookSecret.Parse(text)!.Sign("event-12.0-8de", 1731705121, body).ShouldBe("v1," + Convert.ToBase64String(digest.ToArray()));
    }

    private static async Task<Platform> PlatformAsync(WebhookReceiver receiver)
    {
        var platform = await Platform.StartAsync(new PlatformSettings
        {
            Webhooks = { new WebhookOptions { Name = "ours", Url = receiver.UrlOf("very-secret"), Secret = WebhookReceiver.Secret } },
        }, SrsModel.V6);
        await Eventually.HoldsAsync("it is known", async () => (await StateAsync(platform)).GetProperty("state").GetString() == "active");
        return platform;
    }

    private static async Task<JsonElement> StateAsync(Platform platform) =>
        (await platform.Http.GetFromJsonAsync<JsonElement>("/api/v1/webhooks")).GetProperty("webhooks")[0];

    private static List<string> Told(WebhookReceiver receiver) =>
        [.. receiver.Taken.Select(message => message.Type).Where(type => type.StartsWith("stream.", StringComparison.Ordinal))];

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await StreamSupervisor.Commands.CommandTree.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }
}
