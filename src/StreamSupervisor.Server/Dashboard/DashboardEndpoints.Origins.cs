using System.Globalization;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Dashboard.Pages;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Registrations;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private static void MapOrigins(RouteGroupBuilder group, ApiContext api, DashboardPages pages)
    {
        group.MapGet("/origins", (HttpContext call, OriginDirectory directory, HookArrivals arrivals) =>
            OriginsAsync(api, pages, call, directory, arrivals));
        group.MapPost("/origins", (HttpContext call, OriginDrain drain, OriginRegion origins) =>
            OrderOriginAsync(api, pages, call, drain, origins));
    }

    private static async Task<IResult> OriginsAsync(
        ApiContext api, DashboardPages pages, HttpContext call, OriginDirectory directory, HookArrivals arrivals)
    {
        var (now, drained) = (api.Time.GetUtcNow(), await api.Drained());
        var scope = ApiEndpoints.CallerOf(call).Scope;
        var seen = api.Origins().Where(origin => scope.HasOrigin(origin.Name)).OrderBy(origin => origin.Name, StringComparer.Ordinal);
        var cards = seen.Select(origin =>
        {
            var known = directory.Find(origin.Name)?.Snapshot ?? OriginSnapshot.Unknown(origin.Name);
            return new OriginCard(
                scope.Cut(origin with { Draining = drained.Contains(origin.Name) }), known.CallOrder, known.LookTimes, known.CpuPercent,
                known.BytesPerSecond, known.KicksForbidden,
                OriginCard.SightingsOf(
                    [.. HookArrivals.Kinds.Select(kind => (HookArrivals.NameOf(kind), arrivals.LastOf(origin.Name, kind)))],
                    arrivals.Since, now));
        }).ToList();
        return DashboardPages.Show<Origins>(call, await pages.ContextAsync(call), new() { ["Cards"] = cards });
    }

    private static async Task<IResult> OrderOriginAsync(
        ApiContext api, DashboardPages pages, HttpContext call, OriginDrain drain, OriginRegion origins)
    {
        var form = await FormAsync(call);
        var (name, order) = (form["origin"].ToString(), form["order"].ToString());
        if (order is not ("drain" or "undrain" or "look") || !api.Origins().Any(origin => origin.Name == name))
        {
            return new ProblemResult(Problems.NoSuchCall.Of("There is no such origin, or no such order."));
        }

        if (ApiEndpoints.CallerOf(call) is var caller && !caller.Scope.MayOrderOrigin(name))
        {
            return new ProblemResult(ApiScope.Refusal(caller, $"the server {name}"));
        }

        var words = pages.Words<OriginsWords>(call);
        if (order == "look")
        {
            origins.Tell(new SweepSoon(name));
            return Told(pages, call, form, string.Format(CultureInfo.InvariantCulture, words.LookOrdered, name));
        }

        var (draining, why, by) = (order == "drain", WhyIn(pages, call, form), call.Features.Get<ApiCaller>()!.Name);
        var answer = await drain.SetAsync(name, draining, by, why, call.RequestAborted);
        api.Log.LogInformation("{By} ordered {Verb} of {Origin}: {Outcome} Why: {Why}", by, draining ? "drain" : "undrain", name,
            answer.Reply is Done { Changed: var changed } ? changed ? "done." : "it was so already." : "no answer.", why);
        return answer is { Status: AskStatus.Answered, Reply: Done done }
            ? Told(pages, call, form, string.Format(CultureInfo.InvariantCulture, draining ? words.Drained : words.Undrained, name)
                + (done.Changed ? "" : $" {words.AlreadySo}"))
            : new ProblemResult(Problems.OutcomeUnknown.Of("The node's mark may or may not have changed; send it again."));
    }
}
