using System.Net;

namespace StreamSupervisor.Demo;

/// <summary>Asks for stream keys all over the shards, as anybody would, to see how long nobody answers for one of them.</summary>
internal sealed class DemoProbe(string address, TimeProvider time) : IDisposable
{
    /// <summary>So many that each of three members owns some, but for one chance in fifteen thousand.</summary>
    private const int Keys = 24;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };

    /// <summary>Asks from now on, and once for each key after <paramref name="over"/>.</summary>
    /// <returns>The longest that one question waited for its answer, repeated until there was one.</returns>
    public async Task<TimeSpan> LongestWaitAsync(Task over, CancellationToken cancellation)
    {
        var waits = await Task.WhenAll(Enumerable.Range(1, Keys)
            .Select(key => AskAsync($"/api/v1/streams/__defaultVhost__/demo/probe-{key}", over, cancellation)));
        await over;
        return waits.Max();
    }

    public void Dispose() => _http.Dispose();

    private async Task<TimeSpan> AskAsync(string path, Task over, CancellationToken cancellation)
    {
        var longest = TimeSpan.Zero;
        bool last;
        do
        {
            last = over.IsCompleted;
            var start = time.GetTimestamp();
            while (!await IsAnsweredAsync(path, cancellation))
            {
                await Task.Delay(Pause / 5, time, cancellation);
            }

            var took = time.GetElapsedTime(start);
            longest = took > longest ? took : longest;
            await Task.Delay(Pause, time, cancellation);
        }
        while (!last);
        return longest;
    }

    /// <summary>That nothing ever happened to a key is an answer as well: its owner gives it.</summary>
    private async Task<bool> IsAnsweredAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
