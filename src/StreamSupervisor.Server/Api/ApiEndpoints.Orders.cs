using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

internal static partial class ApiEndpoints
{
    private static void MapOrders(RouteGroupBuilder group, ApiContext api)
    {
        foreach (var verb in OperatorOrder.Verbs)
        {
            group.MapPost($"/streams/{{vhost}}/{{app}}/{{stream}}/{verb}", Task<IResult> (HttpContext call) => OrderAsync(api, call))
                .Accepts<OrderBody>("application/json").WithSummary(SummaryOf(verb)).Produces<OrderResult>().Fails(404, 409, 413, 415, 504)
                    .WithName($"{char.ToUpperInvariant(verb[0])}{verb[1..]}Stream");
        }

        group.MapPost("/streams/{**path}", Task<IResult> (HttpContext call) => OrderAsync(api, call)).ExcludeFromDescription();
    }

    private static async Task<IResult> OrderAsync(ApiContext api, HttpContext call)
    {
        var (key, verb) = StreamPath.Read(call, OperatorOrder.Verbs);
        if (verb is null)
        {
            return NoSuchCall(call);
        }

        RequireInScope(call, key);
        call.Request.Query.AllowOnly();
        var (order, isDryRun) = await OperatorOrder.ReadAsync(call, verb, call.Features.Get<ApiCaller>()!);
        var (done, problem) = await OrderAsync(api, call, key, order, isDryRun);
        return done is not null
            ? Json(new OrderResult(StreamKeyView.From(key), done.Changed, done.Text, isDryRun ? true : null))
            : Problem(problem!);
    }

    /// <summary>Has an order carried out and told in the log.</summary>
    /// <returns>What became of it, or the problem.</returns>
    internal static async Task<(Done? Done, ApiProblem? Problem)> OrderAsync(
        ApiContext api, HttpContext call, StreamKey key, OperatorCommand order, bool isDryRun)
    {
        if (await InScopeAsync(api, call, key, order) is var (narrowed, refusal) && refusal is not null)
        {
            return (null, refusal);
        }

        order = narrowed;
        if (order is Release release)
        {
            order = release with { Origins = [.. api.Origins().Select(origin => origin.Name)] };
        }

        var (reply, problem) = await GiveAsync(api, call, key, order, isDryRun);
        if (reply is GenerationMoved { Generation: var present })
        {
            problem = Problems.GenerationMovedOn.Of(
                $"{key} is at generation {present} now, not {order.IfGeneration}, and nothing happened. Look again at who publishes, then "
                + $"order with \"ifGeneration\":{present} if you still want it.");
        }
        else if (order is Kick && reply is Done { Changed: false }
            && (await AskAsync(api, call, key, GetState.Instance)).Reply is StateReply { State: var state } && IsUntouched(state))
        {
            (reply, problem) = (null, NeverSeen(key));
        }

        api.Log.LogInformation("{By} ordered {Verb} of {Key}: {Outcome} Why: {Why}", order.By, OperatorOrder.VerbOf(order), key,
            reply is Done told ? told.Text : $"{problem?.Detail ?? "No answer."}", order.Why);
        if (!isDryRun && order is ReleaseQuarantine quarantine && reply is Done { Changed: true })
        {
            // Its journal could not be read, so only now can anything be written there; where it still can't, the log alone tells of it.
            var action = quarantine.StartAnew ? "a new beginning behind what can't be read" : "its journal to be read again";
            _ = await AskAsync(api, call, key, new RecordOrder(action, order.By, order.Why));
        }

        return reply is Done done ? (done, null) : (null, problem ?? Unexpected(reply));
    }

    /// <summary>
    /// The order as this caller may give it, or why it may not. Where it is for some servers only, the order is for what is there now: what
    /// moves away meanwhile has another generation, and nothing happens to it.
    /// </summary>
    private static async Task<(OperatorCommand Order, ApiProblem? Problem)> InScopeAsync(
        ApiContext api, HttpContext call, StreamKey key, OperatorCommand order)
    {
        var caller = CallerOf(call);
        RequireInScope(call, key);
        if (!caller.Scope.NamesOrigins)
        {
            return (order, null);
        }

        if (order is Release or ReleaseQuarantine)
        {
            return (order, ApiScope.Refusal(caller, "every server, as a release does"));
        }

        var (reply, problem) = await AskAsync(api, call, key, GetState.Instance);
        return reply is not StateReply { State: var state } ? (order, problem ?? Unexpected(reply))
            : caller.Scope.Has(StreamView.From(state, api.Time.GetUtcNow()))
                ? (order with { IfGeneration = order.IfGeneration ?? state.Generation }, null)
                : (order, ApiScope.Refusal(caller, key));
    }

    /// <summary>
    /// Has the key's owner carry an order out. A dry run is answered from the state alone. What is for another generation is found here
    /// first too: an owner of an earlier version does not know the field, and would carry the order out.
    /// </summary>
    private static async Task<(LiveStreamReply? Reply, ApiProblem? Problem)> GiveAsync(ApiContext api, HttpContext call, StreamKey key,
        OperatorCommand order, bool isDryRun)
    {
        if (!isDryRun && order.IfGeneration is null)
        {
            return await AskAsync(api, call, key, order);
        }

        var (reply, problem) = await AskAsync(api, call, key, GetState.Instance);
        if (reply is not StateReply { State: var state })
        {
            return (reply, problem);
        }

        var foreseen = LiveStream.Foresee(state, order, api.Time.GetUtcNow());
        return (isDryRun, foreseen) switch
        {
            (true, Done done) => (done with { Text = $"Nothing was done: a dry run. Without it: {done.Text}" }, null),
            (_, GenerationMoved) => (foreseen, null),
            _ => await AskAsync(api, call, key, order),
        };
    }

    private static string SummaryOf(string verb) => verb switch
    {
        "kick" => "Removes the session that owns the key.",
        "release" => "Removes whatever SRS holds for the key, on every node, and forgets its wedges. With journal: ends the quarantine of "
            + "a key whose journal can't be read; it is read again, or with anew it starts anew behind the damage.",
        "lock" => "Nobody may start to publish; the present session stays. With for it ends by itself. A lock that is there can only "
            + "become longer.",
        "unlock" => "Ends a lock and a pin.",
        _ => "Only this identity may publish.",
    };
}
