using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary>Which events; null for all.</summary>
internal sealed record EventFilter(string? Key, string? Origin, string? Kind, string? Client, string? Address, string? By, string? Since)
{
    /// <summary>All of them.</summary>
    public static EventFilter Every { get; } = new(null, null, null, null, null, null, null);
}

internal sealed partial class SupervisorApiClient
{
    /// <summary>The place before the first event.</summary>
    private const string FeedStart = "0.0";

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>No longer, whatever a server says: somebody sits in front of the command.</summary>
    private static readonly TimeSpan AskAgainWithin = TimeSpan.FromMinutes(1);

    public Task<ApiAnswer<FeedPage>> ListEventsAsync(EventFilter filter, int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync(
            "/api/v1/events" + Query([.. Of(filter), ("limit", $"{limit}"), ("cursor", cursor)]), ApiJson.Shared.FeedPage, cancellation);

    /// <summary>Where the feed ends now, to follow it from there. Before the first event that is its beginning: to follow from nowhere
    /// would leave out what happens until the connection stands, and again whenever it ends before an event came.</summary>
    /// <exception cref="CommandException">The supervisor did not answer, or refused.</exception>
    public async Task<string> NewestPlaceAsync(CancellationToken cancellation) =>
        ApiClientSwitches.Take(await ListEventsAsync(EventFilter.Every, 1, null, cancellation)).Events is [{ Id: var newest }]
            ? newest
            : FeedStart;

    /// <param name="q">An address, a client, an encoder, an identity, a part of a key, or a reason.</param>
    public Task<ApiAnswer<AttemptPage>> ListAttemptsAsync(string q, string? since, int limit, CancellationToken cancellation) =>
        GetAsync("/api/v1/attempts" + Query(("q", q), ("since", since), ("limit", $"{limit}")), ApiJson.Shared.AttemptPage, cancellation);

    /// <summary>Every event as it happens, until the supervisor ends the connection.</summary>
    /// <param name="after">The id of the last event that is known.</param>
    /// <exception cref="HttpRequestException">There is no supervisor, or it refused; the status says which.</exception>
    public async IAsyncEnumerable<FeedEntry> WatchEventsAsync(
        EventFilter filter, string after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events" + Query([.. Of(filter), ("after", after)]));
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.StatusCode == HttpStatusCode.TooManyRequests)
        {
            throw new FeedFullException(answer.Headers.RetryAfter?.Delta);
        }

        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellation))
        {
            if (item is { EventType: SseParser.EventTypeDefault }
                && JsonSerializer.Deserialize(item.Data, ApiJson.Shared.FeedEntry) is { } entry)
            {
                yield return entry;
            }
        }
    }

    /// <summary>Every event as it happens, over the ends of connections and of members, until the caller has enough.</summary>
    /// <param name="after">The id of the last event that is known.</param>
    /// <param name="take">Called with each.</param>
    /// <exception cref="CommandException">The supervisor does not let the caller watch.</exception>
    public async Task FollowEventsAsync(
        EventFilter filter, string after, Func<FeedEntry, Task> take, CancellationToken cancellation)
    {
        while (true)
        {
            var pause = AskAgainAfter;
            try
            {
                await foreach (var entry in WatchEventsAsync(filter, after, cancellation))
                {
                    await take(entry);
                    after = entry.Id;
                }
            }
            catch (FeedFullException full)
            {
                // A place is free when another watcher has gone; the id says where to go on.
                pause = full.RetryAfter is not { } told || told < AskAgainAfter ? AskAgainAfter
                    : told < AskAgainWithin ? told
                    : AskAgainWithin;
            }
            catch (HttpRequestException refused) when (refused.StatusCode is { } status && (int)status is >= 400 and < 500)
            {
                throw new CommandException(
                    $"The supervisor does not let this caller watch (HTTP status {(int)status}).", ExitCodes.Forbidden);
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException
                || (gone is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // The member has gone, or begins no answer in time, as while its database is away. The same address may be another one's
                // in a moment, and the id says where to go on.
            }

            await Task.Delay(pause, TimeProvider.System, cancellation);
        }
    }

    /// <summary>As many watch the feed as may.</summary>
    private sealed class FeedFullException(TimeSpan? retryAfter)
        : HttpRequestException("As many watch the feed as may.", inner: null, HttpStatusCode.TooManyRequests)
    {
        /// <summary>When asking again pays; null where the server does not say.</summary>
        public TimeSpan? RetryAfter { get; } = retryAfter;
    }

    private static (string, string?)[] Of(EventFilter filter) =>
    [
        ("key", filter.Key), ("origin", filter.Origin), ("kind", filter.Kind), ("client", filter.Client), ("address", filter.Address),
        ("by", filter.By), ("since", filter.Since),
    ];
}
