using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>What a member was told last of each server, by the server's actor.</summary>
internal sealed class OriginDirectory
{
    private readonly Dictionary<string, OriginSnapshot> _known = [];

    public IReadOnlyCollection<OriginSnapshot> All => _known.Values;

    public void Take(OriginSnapshot snapshot) => _known[snapshot.Name] = snapshot;

    public ProcessStanding StandingOf(string origin, SessionId session) => Find(origin).StandingOf(session);

    public bool IsOutOfReach(string origin) => Find(origin).IsOutOfReach;

    public SessionId NameOf(string origin, SrsHook hook) => Find(origin).NameOf(hook.ServerId, hook.Service, hook.ClientId);

    /// <summary>The process that a hook came from, where it is the known one; null where the server must be asked.</summary>
    public OriginProcess? ProcessOf(string origin, SrsHook hook) =>
        Find(origin) is { Process: { } known } && hook.Service.Length > 0 && known.ServiceId == hook.Service
            && known.ServerId == hook.ServerId ? known : null;

    public OriginSnapshot Find(string origin) => _known.GetValueOrDefault(origin) ?? OriginSnapshot.Unknown(origin);
}
