using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Registrations;

namespace StreamSupervisor.Server.Hosting;

/// <summary>The SRS servers as the API shows them, and as the choice of a publish address weighs them.</summary>
internal sealed class OriginViews(OriginDirectory directory, IReadOnlyList<OriginOptions> configured, HookArrivals arrivals)
{
    private volatile IReadOnlyList<OriginOptions> _configured = configured;

    /// <summary>There are these servers from now on.</summary>
    public void Use(IReadOnlyList<OriginOptions> origins) => _configured = origins;

    public IReadOnlyList<OriginView> All() => [.. _configured.Select(View)];

    public IReadOnlyList<OriginLoad> Loads() =>
    [
        .. _configured.Select(options =>
        {
            var origin = SnapshotOf(options.Name);
            return new OriginLoad(origin.Name, options.PublishUrl ?? PublishAddress.DefaultTemplate(options.Api), origin switch
            {
                { Misaddressed: not null } => OriginHealth.Down,
                { Status: OriginStatus.Up } => OriginHealth.Up,
                { Status: OriginStatus.Down } => OriginHealth.Down,
                _ => OriginHealth.Suspect,
            }, origin.ActiveStreams, origin.BytesPerSecond, origin.CpuPercent);
        }),
    ];

    private OriginSnapshot SnapshotOf(string name) => directory.Find(name)?.Snapshot ?? OriginSnapshot.Unknown(name);

    private OriginView View(OriginOptions options)
    {
        var origin = SnapshotOf(options.Name);
        return new OriginView(
            origin.Name,
            OriginView.WithoutCredentials(options.Api),
            Words.Of(origin.Status),
            origin.Process?.Version.ToString(),
            origin.Process?.ServerId,
            origin.Process?.ServiceId,
            origin.Process is null ? null : origin.ActiveStreams,
            origin.LastAnswerAt,
            origin.WhyLockedOut ?? origin.LastError ?? origin.KicksForbidden,
            origin.WedgedKeys,
            OrphanedKeys: origin.OrphanedKeys is { IsEmpty: false } orphaned ? orphaned : null,
            MisnamedKeys: origin.MisnamedKeys is { IsEmpty: false } misnamed ? misnamed : null,
            HooksSince: arrivals.Since,
            Hooks: [.. HookArrivals.Kinds.Select(kind => new HookArrival(HookArrivals.NameOf(kind), arrivals.LastOf(origin.Name, kind)))]);
    }
}
