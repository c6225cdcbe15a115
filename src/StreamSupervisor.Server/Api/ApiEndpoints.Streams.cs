using System.Globalization;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

internal static partial class ApiEndpoints
{
    private const int ExplainPage = 200;

    /// <summary>How far back an explanation reads: an encoder that retries every second for an hour and a half.</summary>
    private const int ExplainReads = 25;
    private const int ReadsOfAPage = 20;
    private static readonly string[] States = [.. Enum.GetValues<LiveStreamPhase>().Select(Words.Of)];

    private static void MapStreams(RouteGroupBuilder group, ApiContext api)
    {
        group.MapGet("/streams", Task<IResult> (HttpContext call) => ListAsync(api, call))
            .WithSummary("Streams, in the order of their keys; filtered by state, origin and q (a part of the key).")
            .Produces<StreamPage>().WithName("ListStreams")
            .TakesQuery(new ApiParameter("state", "what the key is in", Words: States), new ApiParameter("origin",
                "the SRS server of the session"), new ApiParameter("q", "a part of the key"),
                ApiParameter.Limit, ApiParameter.Cursor).Fails();
        group.MapGet("/streams/{vhost}/{app}/{stream}", Task<IResult> (HttpContext call) => ReadAsync(api, call))
            .WithSummary("One stream key.").Produces<StreamView>().WithName("GetStream").Fails(404, 504);
        group.MapGet("/streams/{vhost}/{app}/{stream}/timeline", Task<IResult> (HttpContext call) => ReadAsync(api, call))
            .WithSummary("What happened to a stream key, newest first.").Produces<TimelinePage>().WithName("GetTimeline")
            .TakesQuery(ApiParameter.Limit, ApiParameter.Cursor).Fails();
        group.MapGet("/streams/{vhost}/{app}/{stream}/explain", Task<IResult> (HttpContext call) => ReadAsync(api, call))
            .WithSummary("Why the attempt of a client was answered as it was.").Produces<Explanation>().WithName("ExplainAttempt")
            .TakesQuery(new ApiParameter("clientId", "the id that SRS gave the client", IsNeeded: true), new ApiParameter("serviceId",
                "the SRS process, where several used the id")).Fails(404);
        // An app with plain slashes in it.
        group.MapGet("/streams/{**path}", Task<IResult> (HttpContext call) => ReadAsync(api, call)).ExcludeFromDescription();
    }

    private static Task<IResult> ReadAsync(ApiContext api, HttpContext call)
    {
        var (key, verb) = StreamPath.Read(call, Reads);
        RequireInScope(call, key);
        return verb switch
        {
            "timeline" => TimelineAsync(api, call, key),
            "explain" => ExplainAsync(api, call, key),
            _ => GetAsync(api, call, key),
        };
    }

    private static async Task<IResult> ListAsync(ApiContext api, HttpContext call)
    {
        var query = call.Request.Query;
        query.AllowOnly("state", "origin", "q", "limit", "cursor");
        var limit = query.Limit(StandardPage, api.Options.MaxPage);
        var state = query.OneOf("state", States) is { } word ? Enum.Parse<LiveStreamPhase>(word, ignoreCase: true) : (LiveStreamPhase?)null;
        var scope = CallerOf(call).Scope;
        var (now, orphaned, after) = (api.Time.GetUtcNow(), new OrphanedSessions(api.Origins()), query.Cursor() ?? "");
        var (page, isMore) = (new List<StreamView>(), true);

        // Whoever sees a few streams of many gets what so many readings find; the cursor goes on behind them.
        for (var reads = 0; isMore && page.Count < limit && reads < ReadsOfAPage; reads++)
        {
            // One more than a page tells whether there is another.
            var most = scope.IsAll ? limit : api.Options.MaxPage;
            var rows = await api.Index.ListAsync(
                new StreamIndexQuery(after, most + 1, state, query.Text("origin"), query.Text("q")), call.RequestAborted);
            isMore = rows.Count > most;
            foreach (var row in rows.Take(most))
            {
                if (page.Count == limit)
                {
                    isMore = true;
                    break;
                }

                after = row.Key;
                var view = row.Summary is { } summary ? orphaned.Mark(StreamView.From(summary, now), now) : Bare(row);
                if (scope.Has(view))
                {
                    page.Add(view);
                }
            }
        }

        return Json(new StreamPage(page, isMore ? ApiQuery.ToCursor(after) : null));
    }

    private static async Task<IResult> GetAsync(ApiContext api, HttpContext call, StreamKey key)
    {
        call.Request.Query.AllowOnly();
        var (reply, problem) = await AskAsync(api, call, key, GetState.Instance);
        var now = api.Time.GetUtcNow();
        return reply switch
        {
            StateReply { State: var state } when !CallerOf(call).Scope.Has(StreamView.From(state, now)) =>
                Problem(ApiScope.Refusal(CallerOf(call), key)),
            StateReply { State: var state } when IsUntouched(state) => Problem(NeverSeen(key)),
            StateReply { State: var state } => Json(new OrphanedSessions(api.Origins()).Mark(StreamView.From(state, now), now)),
            _ => Problem(problem ?? Unexpected(reply)),
        };
    }

    private static async Task<IResult> TimelineAsync(ApiContext api, HttpContext call, StreamKey key)
    {
        var query = call.Request.Query;
        query.AllowOnly("limit", "cursor");
        var limit = query.Limit(StandardPage, api.Options.MaxPage);
        var before = query.Text("cursor") is not { } cursor ? long.MaxValue
            : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0 ? sequence
            : throw ApiQuery.BadCursor();
        return Json(await TimelineAsync(api, call, key, before, limit));
    }

    /// <summary>What happened to a key, as far as the caller may see it.</summary>
    internal static async Task<TimelinePage> TimelineAsync(ApiContext api, HttpContext call, StreamKey key, long before, int limit)
    {
        var events = await api.Timeline.ReadBackwardsAsync(key.ToString(), before, limit, call.RequestAborted);
        var entries = events.Select(one => one.Event is { } happened
            ? TimelineEntry.From(one.Sequence, one.Kind, happened)
            : TimelineEntry.Unreadable(one.Sequence, one.Kind)).ToList();
        // The oldest may have been cleared: then the last page is an empty one.
        var next = entries.Count == limit && entries[^1].Sequence > EventSequence.First
            ? entries[^1].Sequence.ToString(CultureInfo.InvariantCulture)
            : null;
        var (scope, view) = (CallerOf(call).Scope, StreamKeyView.From(key));
        return new TimelinePage(view, scope.IsAll ? entries : [.. entries.Where(entry => scope.Has(view, entry))], next);
    }

    private static async Task<IResult> ExplainAsync(ApiContext api, HttpContext call, StreamKey key)
    {
        var query = call.Request.Query;
        query.AllowOnly("clientId", "serviceId");
        var clientId = query.Text("clientId")
            ?? throw new ApiProblemException(ApiProblem.BadField("clientId",
                "clientId: Name the client by the id that SRS gave it, as its log and the timeline show it."));
        var (explanation, problem) = await ExplainAsync(api, call, key, clientId, query.Text("serviceId"));
        return explanation is null ? Problem(problem!) : Json(explanation);
    }

    /// <summary>The story of one attempt, or why there is none.</summary>
    internal static async Task<(Explanation? Explanation, ApiProblem? Problem)> ExplainAsync(
        ApiContext api, HttpContext call, StreamKey key, string clientId, string? serviceId)
    {
        if (CallerOf(call) is { Scope.NamesOrigins: true } caller)
        {
            // Its sentences tell of whatever server the session before was on.
            return (null, ApiScope.Refusal(caller, "the story of an attempt, which may tell of other servers"));
        }

        var story = new AttemptStory(key, clientId, serviceId);
        var before = long.MaxValue;
        var wholeJournal = false;
        for (var read = 0; read < ExplainReads && !story.IsComplete && !wholeJournal; read++)
        {
            var events = await api.Timeline.ReadBackwardsAsync(key.ToString(), before, ExplainPage, call.RequestAborted);
            foreach (var one in events)
            {
                if (one.Event is { } happened)
                {
                    story.Add(one.Sequence, one.Kind, happened);
                }
            }

            wholeJournal = events.Count < ExplainPage;
            before = events.Count > 0 ? events[^1].Sequence : before;
        }

        // What is missing before the oldest was cleared when it was older than journal.retention.
        var isCut = wholeJournal && before is > EventSequence.First and < long.MaxValue;
        var searched = isCut ? "in what is kept of it; older events were cleared (journal.retention)"
            : wholeJournal ? "from its first event on"
            : $"in its last {ExplainPage * ExplainReads} events";

        return story.Session is null
            ? (null, Problems.AttemptUnknown.Of($"Client {clientId} does not stand in the journal of {key}, {searched}."))
            : (AttemptExplainer.Explain(story) with { Complete = story.IsComplete || (wholeJournal && !isCut) }, null);
    }

    internal static async Task<(LiveStreamReply? Reply, ApiProblem? Problem)> AskAsync(ApiContext api, HttpContext call, StreamKey key,
        LiveStreamCommand command)
    {
        var answer = await api.Region.AskAsync(key.ToString(), command, api.Time.GetUtcNow() + api.AskTimeout, call.RequestAborted);
        return answer.Status switch
        {
            AskStatus.Answered => (answer.Reply, null),
            AskStatus.Overloaded => (null, Problems.Overloaded.Of("Too many messages wait for this key. Nothing happened; try again.")),
            AskStatus.Failed => (null, Problems.KeyFailed.Of(
                $"The key failed on this call or is in quarantine, and nothing happened ({answer.Why}). The supervisor's log says more.")),
            AskStatus.Unavailable =>
                (null, Problems.Unavailable.Of("The key's owner could not be reached, or this member is stopping. Try again; it is safe.")),
            _ => (null, Problems.OutcomeUnknown.Of("No answer came in time; what was asked may still happen. Try again; it is safe.")),
        };
    }

    /// <exception cref="ApiProblemException">The caller's patterns do not match the key.</exception>
    internal static void RequireInScope(HttpContext call, StreamKey key)
    {
        if (CallerOf(call) is var caller && !caller.Scope.Has(key))
        {
            throw new ApiProblemException(ApiScope.Refusal(caller, key));
        }
    }

    internal static ApiProblem NeverSeen(StreamKey key) => Problems.StreamUnknown.Of(
        $"Nothing has ever happened to {key}. Check vhost, app and stream; GET {Prefix}/streams lists what there is.");

    /// <summary>Whether the key exists only because somebody asked for it.</summary>
    internal static bool IsUntouched(LiveStreamState state) =>
        state is { Generation: 0, Phase: LiveStreamPhase.Idle, Locked: null, PinnedTo: null, ReservedFor: null }
        && state.Answers.IsEmpty && state.Wedges.IsEmpty && state.Evictions.IsEmpty;

    internal static StreamView Bare(StreamIndexRow row)
    {
        var key = StreamKey.TryParse(row.Key, out var parsed) ? parsed : new StreamKey("", "", row.Key);
        return new StreamView(StreamKeyView.From(key), row.State, row.Generation, null, null, [], null, null, null, [], null, null);
    }

    internal static ApiProblem Unexpected(LiveStreamReply? reply) =>
        Problems.Internal.Of($"The key answered {reply?.GetType().Name ?? "nothing"}.");
}
