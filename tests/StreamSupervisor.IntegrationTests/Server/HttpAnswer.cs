using System.Text.Json;

namespace StreamSupervisor.IntegrationTests.Server;

internal static class HttpAnswer
{
    /// <summary>Sends a request, whose error must be a problem document, and reads the JSON of its answer.</summary>
    public static async Task<(int Status, JsonElement Body)> AnswerAsync(this HttpClient http, HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        using (request)
        {
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if ((int)response.StatusCode >= 400)
            {
                response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json", text);
            }

            using var document = JsonDocument.Parse(text);
            return ((int)response.StatusCode, document.RootElement.Clone());
        }
    }
}
