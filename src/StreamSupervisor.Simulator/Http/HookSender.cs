using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Http;

/// <summary>
/// Sends hooks over HTTP as SRS does: a new TCP connection for each, no credentials, several URLs one after the other until one says no.
/// </summary>
internal sealed class HookSender : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.Zero,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    })
    {
        // The core waits 30 s and cancels; a second clock here would only confuse.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly string userAgent;

    public HookSender(SrsModel model, IReadOnlyDictionary<string, ImmutableArray<Uri>> urls)
    {
        userAgent = model.Signature;
        Urls = urls;
    }

    /// <summary>Where each hook goes, by its name; one that is missing is not sent and counts as accepted.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<Uri>> Urls { get; set; }

    public async Task<HookResult> SendAsync(SimulatedHook hook, CancellationToken cancellation)
    {
        if (!Urls.TryGetValue(hook.Action, out var urls))
        {
            return HookResult.Accepted;
        }

        foreach (var url in urls)
        {
            var result = await PostAsync(url, hook.Json, cancellation);
            if (result != HookResult.Accepted)
            {
                return result;
            }
        }

        return HookResult.Accepted;
    }

    /// <summary>Asks a coworker, with an empty body; null when nobody answers.</summary>
    public async Task<(int Status, string Body)?> AskCoworkerAsync(string url, CancellationToken cancellation)
    {
        using var request = Post(new Uri(url), "");
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HookResult> PostAsync(Uri url, string json, CancellationToken cancellation)
    {
        using var request = Post(url, json);
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return HookAnswer.Read((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (HttpRequestException)
        {
            return HookResult.NoAnswer;
        }
    }

    private HttpRequestMessage Post(Uri url, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        request.Headers.Connection.Add("Keep-Alive");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return request;
    }
}
