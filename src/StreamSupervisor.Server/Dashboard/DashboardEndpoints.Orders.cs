using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    /// <summary>Bytes of a form that names the streams of a page; the web server's own bound is for hooks, and as large.</summary>
    private const int MaxChoice = 60 * 1024;

    /// <summary>Orders of one form that are under way at once.</summary>
    private const int OrdersAtOnce = 8;

    private static void MapOrders(RouteGroupBuilder group, ApiContext api, DashboardPages pages) =>
        group.MapPost("/orders", Task<IResult> (HttpContext call) => OrderManyAsync(api, pages, call));

    /// <summary>One order for several streams: asks what it needs at first, and carries it out when it comes again with that.</summary>
    private static async Task<IResult> OrderManyAsync(ApiContext api, DashboardPages pages, HttpContext call)
    {
        var form = await FormAsync(call, MaxChoice);
        var chosen = ChosenStreams.Of(form, pages.Words<ChosenWords>(call));
        if (!form.ContainsKey("why"))
        {
            return await AskAsync(null);
        }

        OrderBody body;
        try
        {
            if (chosen.Confirm is { } number)
            {
                Confirm(pages, call, form, number);
            }

            body = OperatorOrder.Parse(BodyOf(form, chosen.Verb), chosen.Verb);
        }
        catch (ApiProblemException wrong)
        {
            return await AskAsync(wrong.Problem);
        }

        var results = new OrderedStream[chosen.Streams.Count];
        await Parallel.ForAsync(
            0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = OrdersAtOnce, CancellationToken = call.RequestAborted },
            async (place, _) => results[place] = await GiveAsync(chosen.Streams[place]));
        return DashboardPages.Show<Orders>(
            call, await pages.ContextAsync(call, ""), new() { ["Chosen"] = chosen, ["Results"] = (IReadOnlyList<OrderedStream>)results });

        async Task<OrderedStream> GiveAsync(ChosenStream one)
        {
            var order = OperatorOrder.CommandOf(
                body with { IfGeneration = one.Generation }, chosen.Verb, call.Features.Get<ApiCaller>()!);
            var (done, problem) = ApiEndpoints.CallerOf(call) is var caller && !caller.Scope.Has(one.Key)
                ? (null, ApiScope.Refusal(caller, one.Key))
                : await ApiEndpoints.OrderAsync(api, call, one.Key, order, isDryRun: false);
            var words = pages.Words<OrderWords>(call);
            return new OrderedStream(one, done is not null, done is not null ? words.OutcomeOf(order, done)
                : problem!.Reason == Problems.GenerationMovedOn.Reason ? words.Moved : problem.Detail);
        }

        async Task<IResult> AskAsync(ApiProblem? problem)
        {
            var (now, rows) = (api.Time.GetUtcNow(), new List<StreamView?>());
            foreach (var one in chosen.Streams)
            {
                var row = await api.Index.FindAsync(one.Key.ToString(), call.RequestAborted);
                var view = row?.Summary is { } summary ? StreamView.From(summary, now) : null;
                rows.Add(view is not null && ApiEndpoints.CallerOf(call).Scope.Has(view) ? view : null);
            }

            var page = await pages.ContextAsync(call, "");
            return DashboardPages.Show<Orders>(
                call, problem is null ? page : page with { Notice = new Notice(problem.Detail, IsError: true) },
                new() { ["Chosen"] = chosen, ["Now"] = rows }, problem?.Status ?? StatusCodes.Status200OK);
        }
    }
}
