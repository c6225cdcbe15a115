using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>The API's overview as the head of every page shows it.</summary>
internal static class DashboardCounts
{
    /// <summary>The counts; null where the store does not answer, or the member leaves: a page is still a page then.</summary>
    public static async Task<HeaderCounts?> OfAsync(ApiContext api, CancellationToken cancellation)
    {
        try
        {
            var all = await api.Overview.GetAsync(cancellation);
            var (origins, members) = (all.Origins, all.Members);
            return new HeaderCounts(
                new Dictionary<string, long>
                {
                    ["live"] = all.Streams.Live,
                    ["handover"] = all.Streams.Handover,
                    ["interrupted"] = all.Streams.Interrupted,
                    ["idle"] = all.Streams.Idle,
                    ["locked"] = all.Streams.Locked,
                    ["fight"] = all.Trouble.Fights,
                    ["wedged"] = all.Trouble.Wedges,
                },
                all.Trouble.Fights,
                all.Trouble.Wedges,
                members.Up,
                members.Up + members.Joining + members.Leaving + members.Silent,
                origins.Up,
                origins.Up + origins.Suspect + origins.Down + origins.Unknown);
        }
        catch (Exception away) when (away is StoreUnavailableException or ApiProblemException)
        {
            return null;
        }
    }
}
