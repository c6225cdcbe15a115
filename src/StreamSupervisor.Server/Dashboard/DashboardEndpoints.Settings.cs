using StreamSupervisor.Domain;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Dashboard.Pages;

namespace StreamSupervisor.Server.Dashboard;

internal static partial class DashboardEndpoints
{
    private static void MapSettings(RouteGroupBuilder group, DashboardPages pages) =>
        group.MapGet("/settings", async (HttpContext call, Reloadable<SupervisorOptions> options) => DashboardPages.Show<Settings>(
            call, await pages.ContextAsync(call), new()
            {
                ["Rows"] = EffectiveSettings.Of(options.Value, options.Value.Sources)
                    .Select(one => new SettingRow(one.Name, one.Value, one.Where, one.Layer == SettingLayer.Default)).ToList(),
                ["ReadFrom"] = options.Value.ReadFrom,
            }));
}
