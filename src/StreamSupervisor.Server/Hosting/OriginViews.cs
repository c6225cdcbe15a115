using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Hosting;

/// <summary>The SRS nodes as the API shows them.</summary>
internal static class OriginViews
{
    private const int MaxWedged = 100;

    public static IReadOnlyList<OriginView> Of(Supervisor supervisor, IReadOnlyList<OriginOptions> configured) =>
        [.. configured.Select(origin => Of(supervisor, origin))];

    /// <summary>The same nodes as the choice of a publish address weighs them.</summary>
    public static IReadOnlyList<OriginLoad> LoadsOf(Supervisor supervisor, IReadOnlyList<OriginOptions> configured) =>
    [
        .. configured.Select(options =>
        {
            var origin = supervisor.Origins.Find(options.Name)!.Snapshot();
            return new OriginLoad(origin.Name, options.PublishUrl ?? PublishAddress.DefaultTemplate(options.Api), origin.Status switch
            {
                OriginStatus.Up => OriginHealth.Up,
                OriginStatus.Down => OriginHealth.Down,
                _ => OriginHealth.Suspect,
            }, origin.ActiveStreams, origin.BytesPerSecond, origin.CpuPercent);
        }),
    ];

    private static OriginView Of(Supervisor supervisor, OriginOptions configured)
    {
        var origin = supervisor.Origins.Find(configured.Name)!.Snapshot();
        return new OriginView(
            origin.Name,
            OriginView.WithoutCredentials(configured.Api),
            origin.Status switch
            {
                OriginStatus.Up => "up",
                OriginStatus.Down => "down",
                OriginStatus.Suspect => "suspect",
                _ => "unknown",
            },
            origin.Process?.Version.ToString(),
            origin.Process?.ServerId,
            origin.Process?.ServiceId,
            origin.Process is null ? null : origin.ActiveStreams,
            origin.LastAnswerAt,
            origin.LastError,
            [.. supervisor.Directory.On(origin.Name)
                .Where(belief => belief.Wedges.Exists(wedge => wedge.Origin == origin.Name))
                .Select(belief => belief.EntityId).Take(MaxWedged)]);
    }
}
