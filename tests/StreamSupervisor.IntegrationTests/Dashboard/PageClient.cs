using System.Net;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Dashboard;

/// <summary>What a browser sends and gets of the pages, without running any of it: no cookie and no redirect but what a test says.</summary>
internal sealed class PageClient(string address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = new Uri(address),
    };

    public string? Cookie { get; set; }

    public Task<PageAnswer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), headers);

    /// <summary>Sends a form in which a name may stand several times.</summary>
    public Task<PageAnswer> PostFieldsAsync(string path, params (string Name, string Value)[] fields) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        }, []);

    public Task<PageAnswer> PostAsync(string path, Dictionary<string, string> form, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) }, headers);

    /// <summary>Signs in, and keeps the session.</summary>
    public async Task SignInAsync(string key)
    {
        var answer = await PostAsync("/ui/login", new() { ["key"] = key, ["to"] = "" });
        answer.Status.ShouldBe(HttpStatusCode.Redirect, answer.Body);
        Cookie = answer.Cookies.Single(cookie => cookie.StartsWith("streamsupervisor=", StringComparison.Ordinal)).Split(';')[0];
    }

    /// <summary>The feed of the pages, line by line; ends when the member ends it.</summary>
    public async Task<StreamReader> FeedAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ui/feed");
        if (Cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", Cookie);
        }

        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    public void Dispose() => _http.Dispose();

    private async Task<PageAnswer> SendAsync(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        using (request)
        {
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            if (Cookie is not null)
            {
                request.Headers.TryAddWithoutValidation("Cookie", Cookie);
            }

            using var response = await _http.SendAsync(request).WaitAsync(Eventually.Patience);
            var all = response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
            return new PageAnswer(
                response.StatusCode,
                await response.Content.ReadAsStringAsync(),
                all,
                response.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : []);
        }
    }
}

/// <summary>What came.</summary>
internal sealed record PageAnswer(
    HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<string> Cookies);
